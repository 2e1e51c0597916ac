import { fc, test } from '@fast-check/vitest';
import { hostTensor } from '@limbeck/core';
import {
  grad,
  input,
  inputsFor,
  interpret,
  segmentPlan,
  segmentPlanSpecs,
  type SegmentPlanTensors,
  segmentSum,
  segmentSumReference,
  toOnnx,
  transposedSegmentPlan,
  transposedSegmentPlanSpecs,
  type TransposedSegmentPlanTensors,
} from '@limbeck/tensor';
import { describe, expect } from 'vitest';

const edges = fc
  .record({ rows: fc.integer({ min: 1, max: 6 }), segments: fc.integer({ min: 1, max: 6 }) })
  .chain(({ rows, segments }) =>
    fc.record({
      rows: fc.constant(rows),
      segments: fc.constant(segments),
      pairs: fc.array(fc.tuple(fc.nat(segments - 1), fc.nat(rows - 1)), { maxLength: 40 }),
    }),
  );

const x = input('x', { dtype: 'float32', shape: ['rows', 2] });
const plan = inputsFor<TransposedSegmentPlanTensors>(
  transposedSegmentPlanSpecs('plan', 'segments', 'rows'),
  'plan',
);
const y = segmentSum(x, plan);

describe('segmentSum', () => {
  test.prop([edges])('adds up what the plain loop adds up', ({ rows, segments, pairs }) => {
    const to = Int32Array.from(pairs, ([segment]) => segment);
    const from = { sources: Int32Array.from(pairs, ([, row]) => row), rows };
    const values = Float64Array.from({ length: rows * 2 }, (_, i) => Math.sin(i + 1));
    const { buckets, order } = segmentPlan(to, segments, from);
    const feeds = Object.fromEntries(buckets.map((bucket, k) => [`plan/buckets/${k}`, bucket]));
    const out = interpret(
      { y },
      { x: hostTensor('float64', [rows, 2], values), ...feeds, 'plan/order': order },
    );
    const expected = segmentSumReference(values, 2, to, segments, from);
    // Equal but for the order of additions within a sum of at most 40 numbers of size 1.
    expected.forEach((sum, i) => expect(Number(out.y.data[i])).toBeCloseTo(sum, 12));
  });

  test('needs its backward plan for the gradient alone', () => {
    expect(Object.keys(toOnnx({ y }).inputs).filter((name) => name.includes('transposed'))).toEqual(
      [],
    );
    const [dx] = grad(y.square().sum(), [x]);
    expect(Object.keys(toOnnx({ dx: dx!, y }).inputs)).toContain('plan/transposed/order');
  });

  test('has no scatter in its file, forward or backward', () => {
    const [dx] = grad(y.square().sum(), [x]);
    const text = new TextDecoder('latin1').decode(toOnnx({ dx: dx! }).bytes);
    expect(text).toContain('ReduceSum');
    expect(text).not.toContain('Scatter');
  });

  test('says what is missing when it is differentiated without a backward pass', () => {
    const bare = inputsFor<SegmentPlanTensors>(segmentPlanSpecs('bare', 'segments'), 'bare');
    expect(() => grad(segmentSum(x, bare).sum(), [x])).toThrow(
      expect.objectContaining({
        code: 'not-differentiable',
        next: expect.stringContaining('transposed'),
      }),
    );
  });

  test('refuses a plan of other rows', () => {
    const other = inputsFor<TransposedSegmentPlanTensors>(
      transposedSegmentPlanSpecs('other', 'segments', 'nodes'),
      'other',
    );
    expect(() => segmentSum(x, other)).toThrow(
      expect.objectContaining({ code: 'shape-mismatch', where: 'segmentSum' }),
    );
  });

  test('is its own transpose twice over', () => {
    const to = Int32Array.of(0, 2, 2, 1);
    const host = transposedSegmentPlan(to, 3, { sources: Int32Array.of(0, 0, 1, 1), rows: 2 });
    const [dx] = grad(y.sum(), [x]);
    const feeds = Object.fromEntries([
      ...host.buckets.map((bucket, k) => [`plan/buckets/${k}`, bucket] as const),
      ...host.transposed.buckets.map(
        (bucket, k) => [`plan/transposed/buckets/${k}`, bucket] as const,
      ),
    ]);
    const out = interpret(
      { dx: dx!, x, y },
      {
        x: hostTensor('float64', [2, 2], [1, 2, 3, 4]),
        ...feeds,
        'plan/order': host.order,
        'plan/transposed/order': host.transposed.order,
      },
    );
    // Each row goes into two sums.
    expect([...out.dx.data]).toEqual([2, 2, 2, 2]);
    expect([...out.y.data]).toEqual([1, 2, 3, 4, 4, 6]);
  });
});
