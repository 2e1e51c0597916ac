import { test } from '@fast-check/vitest';
import { hostTensor } from '@limbeck/core';
import { flops, grad, input, inScope, parameterCounts } from '@limbeck/tensor';
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
