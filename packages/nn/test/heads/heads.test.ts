import { hostTensor, type HostTensor, leaves, Rng } from '@limbeck/core';
import {
  projector,
  projectorParameters,
  type ProjectorParameters,
  sparseWeights,
  unitLength,
} from '@limbeck/nn';
import { grad, input, inputsFor, interpret, specsOf } from '@limbeck/tensor';
import { fc, test as property } from '@fast-check/vitest';
import { describe, expect, test } from 'vitest';
import { onRuntime } from '../support/built.js';
import { gap } from '../support/onnx-weights.js';

const refused = (code: string, given: unknown): Error =>
  expect.objectContaining({ code, given }) as Error;

describe('sparseWeights', () => {
  const logits = input('logits', { dtype: 'float32', shape: ['batch', 'tokens', 2] });
  const mask = input('mask', { dtype: 'int64', shape: ['batch', 'tokens'] });
  const feeds = {
    logits: hostTensor('float32', [2, 3, 2], [1, -1, 3, -2, 9, 9, -5, 0, -1, 2, 0, 4]),
    mask: hostTensor('int64', [2, 3], [1, 1, 0, 0, 0, 0]),
  };

  test.each([
    ['max', [Math.log(4), 0, 0, 0]],
    ['sum', [Math.log(2) + Math.log(4), 0, 0, 0]],
  ] as const)(
    'with %s, agrees with values worked out by hand; padding counts for nothing',
    (pooling, expected) => {
      const { weights } = interpret({ weights: sparseWeights(logits, mask, pooling) }, feeds);
      expect(gap(weights.data, expected)).toBeLessThan(1e-12);
    },
  );

  test('max is where the largest logit is, and so is its gradient', () => {
    const [slope] = grad(sparseWeights(logits, mask).sum(), [logits]);
    const { data } = interpret({ slope: slope! }, feeds).slope;
    expect(Array.from(data as Float64Array)).toEqual([0, 0, 0.25, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
  });

  test('refuses another pooling', () => {
    expect(() => sparseWeights(logits, mask, 'mean' as 'sum')).toThrow(
      refused('invalid-option', 'pooling "mean"'),
    );
  });
});

describe('unitLength', () => {
  const x = input('x', { dtype: 'float32', shape: ['batch', 3] });

  property.prop([
    fc.array(fc.double({ min: -1e3, max: 1e3, noNaN: true }), { minLength: 3, maxLength: 3 }),
    // Down to where there is no direction any more.
    fc.constantFrom(1, 1e-6, 1e-15, 1e-18),
  ])('keeps the direction and has length 1, or 0', (row, scale) => {
    const small = Float32Array.from(row, (value) => value * scale);
    const feeds = { x: hostTensor('float32', [1, 3], small) };
    const { y } = interpret({ y: unitLength(x) }, feeds);
    const unit = Array.from(y.data, Number);
    const length = Math.hypot(...feeds.x.data);
    if (length <= 1e-12) {
      expect(unit.every((value) => value === 0)).toBe(true);
      return;
    }
    expect(Math.hypot(...unit)).toBeCloseTo(1, 6);
    unit.forEach((value, i) => expect(value * length).toBeCloseTo(feeds.x.data[i]!, 3));
  });

  test('zeros stay, without a gradient', async () => {
    const y = unitLength(x);
    const [slope] = grad(y.sum(), [x]);
    const feeds = { x: hostTensor('float32', [2, 3], [0, 0, 0, 3, 0, 4]) };
    const out = await onRuntime({ y, slope: slope! }, feeds);
    expect(Array.from(out['y']!.data as Float32Array)).toEqual([
      0,
      0,
      0,
      ...[0.6, 0, 0.8].map(Math.fround),
    ]);
    expect(Array.from(out['slope']!.data as Float32Array).slice(0, 3)).toEqual([0, 0, 0]);
  });
});

describe('projector', () => {
  const sizes = { from: 2, to: 3, hidden: [4] };
  const values = projectorParameters(Rng.from(1), sizes);
  const parameters = inputsFor<ProjectorParameters>(specsOf(values) as never, 'p');
  const fed = Object.fromEntries(leaves<HostTensor>(values, 'p'));

  test('is linear maps with ReLU between', () => {
    const x = input('x', { dtype: 'float32', shape: ['batch', 'tokens', 2] });
    const y = projector(parameters, x);
    expect(y.shape).toEqual(['batch', 'tokens', 3]);
    const feeds = { ...fed, x: hostTensor('float32', [1, 1, 2], [1, -2]) };
    const of = (path: string): Float32Array => fed[`p/layers/${path}`]!.data as Float32Array;
    const hidden = [0, 1, 2, 3].map((j) =>
      Math.max(0, of('0/weight')[j]! - 2 * of('0/weight')[4 + j]!),
    );
    const expected = [0, 1, 2].map((k) =>
      hidden.reduce((sum, h, j) => sum + h * of('1/weight')[3 * j + k]!, 0),
    );
    expect(gap(interpret({ y }, feeds).y.data, expected)).toBeLessThan(1e-9);
  });

  test('over channels, is the same map at each place', async () => {
    const maps = input('maps', { dtype: 'float32', shape: ['batch', 2, 'height', 'width'] });
    const rows = input('rows', { dtype: 'float32', shape: ['places', 2] });
    const pixels = [1, 2, 3, 4, -1, -2, -3, -4];
    const feeds = {
      ...fed,
      maps: hostTensor('float32', [1, 2, 2, 2], pixels),
      rows: hostTensor(
        'float32',
        [4, 2],
        [0, 1, 2, 3].flatMap((i) => [pixels[i]!, pixels[4 + i]!]),
      ),
    };
    const y = projector(parameters, maps, 'channels');
    expect(y.shape).toEqual(['batch', 3, 'height', 'width']);
    const out = await onRuntime({ y }, feeds);
    const { flat } = interpret({ flat: projector(parameters, rows).transpose() }, feeds);
    expect(gap(out['y']!.data, flat.data)).toBeLessThan(1e-5);
  });

  test('refuses sizes below 1 and other axes', () => {
    expect(() => projectorParameters(Rng.from(0), { ...sizes, from: 0 })).toThrow(
      refused('invalid-option', 'from 0'),
    );
    expect(() => projectorParameters(Rng.from(0), { ...sizes, hidden: [0] })).toThrow(
      refused('invalid-option', 'hidden 0'),
    );
    expect(() =>
      projector(parameters, input('x', { dtype: 'float32', shape: [2] }), 'rows' as 'last'),
    ).toThrow(refused('invalid-option', '"rows"'));
  });
});
