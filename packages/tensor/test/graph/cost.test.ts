import { test } from '@fast-check/vitest';
import { hostTensor } from '@limbeck/core';
import {
  constant,
  cost,
  flops,
  grad,
  input,
  inScope,
  parameterCounts,
  scan,
  type Tensor,
} from '@limbeck/tensor';
import { describe, expect } from 'vitest';

const x = input('x', { dtype: 'float32', shape: ['batch', 5, 8] });
const w = input('w', { dtype: 'float32', shape: [8, 3] });
const b = input('b', { dtype: 'float32', shape: [3] });

describe('flops', () => {
  test('counts 2mnk for a product, and one more an element for its bias', () => {
    expect(flops({ y: x.matmul(w) }, { batch: 2 }).total).toBe(2 * (2 * 5) * 3 * 8);
    expect(flops({ y: x.affine(w, b) }, { batch: 2 }).total).toBe(2 * 5 * 3 * (2 * 8 + 1));
    const turned = x.matmul(x, { transposeA: true });
    expect(flops({ y: turned }, { batch: 2 }).total).toBe(2 * 2 * 8 * 8 * 5);
  });

  test('counts a convolution by its windows', () => {
    const kernel = input('kernel', { dtype: 'float32', shape: [7, 5, 3] });
    // (8 − 3) / 2 + 1 = 3 positions.
    const count = flops({ y: x.conv1d(kernel, { stride: 2 }) }, { batch: 2 });
    expect(count.operators).toEqual({ conv1d: 2 * 2 * 7 * 3 * 5 * 3 });
  });

  test('gives a linear layer twice its forward cost in the gradients', () => {
    const product = x.matmul(w);
    const gradients = grad(product.sum(), [x, w]);
    const forward = flops({ product }, { batch: 4 }).operators.matmul!;
    const backward = flops({ x: gradients[0]!, w: gradients[1]! }, { batch: 4 }).operators.matmul!;
    expect(backward).toBe(2 * forward);
  });

  test('counts elements where there is no product, and nothing where elements only move', () => {
    expect(flops({ y: x.exp().add(x) }, { batch: 2 }).operators).toEqual({ exp: 80, add: 80 });
    expect(flops({ y: x.transpose().reshape([-1, 5]) }, { batch: 2 }).total).toBe(0);
  });

  test('sums over scopes and what lies in them', () => {
    const y = inScope('encoder/0', () => x.exp());
    const z = inScope('encoder/1', () => y.log());
    const { scopes } = flops({ z: z.neg() }, { batch: 1 });
    expect(scopes).toEqual({ '': 120, encoder: 80, 'encoder/0': 40, 'encoder/1': 40 });
  });

  test('counts what is used twice once', () => {
    expect(flops({ y: x.exp().mul(x.exp()) }, { batch: 1 }).operators.exp).toBe(40);
  });

  test('names the size that has no number', () => {
    expect(() => flops({ y: x.exp() })).toThrow(
      expect.objectContaining({ code: 'unknown-name', given: 'the size "batch"' }),
    );
  });
});

test('parameterCounts sums over scopes', () => {
  const weight = hostTensor('float32', [2, 3], [1, 2, 3, 4, 5, 6]);
  const counts = parameterCounts({ head: { weight }, blocks: [{ weight }, { weight }] });
  expect(counts).toMatchObject({ '': 18, head: 6, 'head/weight': 6, blocks: 12, 'blocks/1': 6 });
});

describe('flops of windows', () => {
  const image = input('image', { dtype: 'float32', shape: ['batch', 4, 8, 8] });
  const kernel = input('kernel', { dtype: 'float32', shape: [6, 2, 3, 3] });
  const count = (y: Tensor): number => flops({ y }, { batch: 2 }).total;

  test('a grouped convolution: 2 for each weight that a window meets', () => {
    // 8 × 8 windows under "same" padding, each of 2 · 3 · 3 elements for each of 6 channels.
    expect(count(image.conv2d(kernel, { padding: 1, groups: 2 }))).toBe(2 * 2 * 6 * 64 * 18);
  });

  test('a transposed convolution: as many as the convolution whose adjoint it is', () => {
    const small = image.conv2d(kernel, { stride: 2, groups: 2 });
    const back = input('small', { dtype: 'float32', shape: ['batch', 6, 3, 3] });
    const large = back.convTranspose2d(kernel, { stride: 2, groups: 2 });
    expect(count(large)).toBe(count(small));
  });

  test('a pooling: 1 for each element of each window', () => {
    expect(count(image.maxPool2d({ kernel: 2 }))).toBe(2 * 4 * 16 * 4);
    expect(count(image.averagePool2d({ kernel: 3, stride: 1 }))).toBe(2 * 4 * 36 * 9);
  });

  test('the nearest takes none, lines 3 along each axis', () => {
    expect(count(image.interpolate({ scale: 2 }))).toBe(0);
    expect(count(image.interpolate({ scale: 2, mode: 'linear' }))).toBe(6 * 2 * 4 * 256);
  });
});

test('a scan takes its step for each element', () => {
  const rows = input('rows', { dtype: 'float32', shape: ['n', 5] });
  const start = constant(hostTensor('float32', [5], [0, 0, 0, 0, 0]));
  const { carry } = scan(([sum], [row]) => ({ carry: [sum!.add(row!.exp())], outputs: [] }), {
    carry: [start],
    over: [rows],
  });
  expect(flops({ y: carry[0]! }, { n: 7 }).total).toBe(7 * 10);
});

describe('cost', () => {
  test('of a product: 2mnk, its weights, and every byte that it reads or writes', () => {
    const found = cost({ y: x.matmul(w) }, { sizes: { batch: 2 } });
    expect(found).toMatchObject({
      flops: 2 * 10 * 8 * 3,
      parameters: 24,
      bytesMoved: 4 * (80 + 24 + 30),
      peakBytes: 4 * (80 + 24 + 30),
      nodes: 1,
    });
  });

  test('lets a value go when its last reader is done', () => {
    const line = input('line', { dtype: 'float32', shape: ['n'] });
    // While tanh runs: line, exp, tanh. While neg runs exp is gone.
    const y = line.exp().tanh().neg();
    expect(cost({ y }, { sizes: { n: 10 } }).peakBytes).toBe(3 * 40);
    // A second reader keeps it: line, exp, tanh, neg.
    const kept = line.exp();
    const more = kept.tanh().neg().add(kept);
    expect(cost({ y: more }, { sizes: { n: 10 } }).peakBytes).toBe(4 * 40);
    // An output is never let go: line, exp, tanh, neg.
    const outputs = { kept, y: kept.tanh().neg() };
    expect(cost(outputs, { sizes: { n: 10 } }).peakBytes).toBe(4 * 40);
  });

  test('another shape is neither moved nor a second copy', () => {
    const y = x.exp().reshape(['5*batch', 8]).neg();
    const found = cost({ y }, { sizes: { batch: 1 } });
    expect(found.bytesMoved).toBe(2 * 2 * 160);
    // x, exp, neg.
    expect(found.peakBytes).toBe(3 * 160);
  });

  test('counts dtypes by their size', () => {
    const y = x.cast('float64').greater(0).cast('int64');
    // 40 elements: 4 to 8, 8 and one number of 8 to 1, 1 to 8.
    expect(cost({ y }, { sizes: { batch: 1 } }).bytesMoved).toBe(40 * (12 + 9 + 9) + 8);
  });

  test('by scope, parameters where they are first read', () => {
    const y = inScope('encoder/0', () => x.matmul(w));
    const z = inScope('head', () => y.matmul(w, { transposeB: true }).add(b.sum()));
    const { scopes, ...all } = cost({ z }, { sizes: { batch: 1 } });
    expect(scopes['encoder/0']).toMatchObject({ flops: 240, parameters: 24 });
    expect(scopes['encoder']).toEqual(scopes['encoder/0']);
    expect(scopes['head']!.parameters).toBe(3);
    expect(scopes['']).toMatchObject({ parameters: 27, flops: all.flops });
    expect(all.flops).toBe(scopes['encoder']!.flops + scopes['head']!.flops);
    expect(all.bytesMoved).toBe(scopes['encoder']!.bytesMoved + scopes['head']!.bytesMoved);
    expect(all.peakBytes).toBe(Math.max(scopes['encoder']!.peakBytes, scopes['head']!.peakBytes));
  });

  test('takes as parameters what it is told', () => {
    const options = { sizes: { batch: 1 }, parameters: (name: string) => name === 'b' };
    expect(cost({ y: x.affine(w, b) }, options).parameters).toBe(3);
  });

  test('of an input alone is nothing moved', () => {
    const found = cost({ x }, { sizes: { batch: 1 } });
    expect(found).toMatchObject({ flops: 0, bytesMoved: 0, nodes: 0, peakBytes: 160 });
  });

  test.each([-1, 1.5, NaN])('refuses the size %d', (batch) => {
    for (const [where, count] of Object.entries({ cost, flops: undefined })) {
      expect(() =>
        count === undefined
          ? flops({ y: x.exp() }, { batch })
          : count({ y: x }, { sizes: { batch } }),
      ).toThrow(
        expect.objectContaining({
          code: 'invalid-option',
          where,
          given: `batch ${batch}`,
        }) as Error,
      );
    }
  });

  test('names the size that has no number', () => {
    expect(() => cost({ y: x.exp() })).toThrow(
      expect.objectContaining({ code: 'unknown-name', given: 'the size "batch"' }),
    );
  });
});
