import { test } from '@fast-check/vitest';
import { type HostTensor, hostTensor } from '@limbeck/core';
import {
  type EntrySegmentPlan,
  grad,
  input,
  inputsFor,
  interpret,
  segmentMax,
  segmentMean,
  segmentPlan,
  segmentPlanSpecs,
  type SegmentPlanTensors,
  segmentSoftmax,
  type Tensor,
} from '@limbeck/tensor';
import { describe, expect } from 'vitest';

const segments = input('segments', { dtype: 'int32', shape: ['entries'] });
const plan: EntrySegmentPlan = {
  ...inputsFor<SegmentPlanTensors>(segmentPlanSpecs('plan', 'groups'), 'plan'),
  segments,
};
const x = input('x', { dtype: 'float32', shape: ['entries', 1] });

/** What is fed for entries with these values in these segments. */
function feeds(
  values: readonly number[],
  at: readonly number[],
  count: number,
): { [name: string]: HostTensor } {
  const { buckets, order } = segmentPlan(Int32Array.from(at), count);
  return {
    x: hostTensor('float64', [values.length, 1], values),
    segments: hostTensor('int32', [at.length], at),
    ...Object.fromEntries(buckets.map((bucket, k) => [`plan/buckets/${k}`, bucket])),
    'plan/order': order,
  };
}

function run(y: Tensor, values: readonly number[], at: readonly number[], count: number): number[] {
  return Array.from(interpret({ x, segments, y }, feeds(values, at, count)).y.data, Number);
}

const at = [2, 0, 2, 2];
const values = [5, -3, 1, 0];

describe('segmentMean', () => {
  test('divides by the entries of each segment, and gives 0 where there are none', () => {
    expect(run(segmentMean(x, plan), values, at, 4)).toEqual([-3, 0, 2, 0]);
  });

  test('takes no entries at all', () => {
    expect(run(segmentMean(x, plan), [], [], 2)).toEqual([0, 0]);
  });
});

describe('segmentMax', () => {
  test('gives the largest, and 0 where there are none', () => {
    expect(run(segmentMax(x, plan), values, at, 4)).toEqual([-3, 0, 5, 0]);
    expect(run(segmentMax(x, plan), [], [], 2)).toEqual([0, 0]);
  });

  test('shares the gradient among equal largest ones', () => {
    const [dx] = grad(segmentMax(x, plan).sum(), [x]);
    expect(run(dx!, [5, -3, 5, 0], at, 4)).toEqual([0.5, 1, 0.5, 0]);
  });

  test('has finite second derivatives where a segment is empty', () => {
    const weight = input('w', { dtype: 'float32', shape: ['groups', 1] });
    const [dx] = grad(segmentMax(x, plan).mul(weight).sum(), [x]);
    const [dw] = grad(dx!.square().sum(), [weight]);
    const fed = { ...feeds(values, at, 4), w: hostTensor('float64', [4, 1], [1, 2, 3, 4]) };
    const out = interpret({ x, segments, weight, dw: dw! }, fed);
    expect(Array.from(out.dw.data, Number)).toEqual([2, 0, 6, 0]);
  });

  test('says what its gradient needs', () => {
    const { buckets, order } = plan;
    const y = segmentMax(x, { buckets, order });
    expect(() => grad(y.sum(), [x])).toThrow(
      expect.objectContaining({
        code: 'not-differentiable',
        message: expect.stringContaining('segment of each edge'),
      }),
    );
  });

  test('refuses segments of other rows', () => {
    const others = input('others', { dtype: 'int32', shape: ['rows'] });
    expect(() => segmentMax(x, { ...plan, segments: others })).toThrow(
      expect.objectContaining({ code: 'shape-mismatch', where: 'segmentMax' }),
    );
  });
});

describe('segmentSoftmax', () => {
  test('sums to 1 over each segment', () => {
    const given = run(segmentSoftmax(x, plan), [Math.log(3), 7, 0, -Infinity], at, 3);
    [0.75, 1, 0.25, 0].forEach((expected, i) => expect(given[i]).toBeCloseTo(expected, 12));
  });

  test('stays finite at logits of ±1e4, and where all of a segment is masked', () => {
    const [dx] = grad(segmentSoftmax(x, plan).square().sum(), [x]);
    for (const y of [segmentSoftmax(x, plan), dx!]) {
      const given = run(y, [1e4, -Infinity, -1e4, 1e4], at, 4);
      expect(given.every(Number.isFinite)).toBe(true);
    }
    expect(run(segmentSoftmax(x, plan), [1e4, -Infinity, -1e4, 1e4], at, 4)).toEqual([
      0.5, 0, 0, 0.5,
    ]);
  });
});
