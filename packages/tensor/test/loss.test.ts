import { test } from '@fast-check/vitest';
import { hostTensor } from '@limbeck/core';
import {
  constant,
  grad,
  input,
  interpret,
  reduceTerms,
  type Tensor,
  termSums,
} from '@limbeck/tensor';
import { describe, expect } from 'vitest';

const vector = (...values: number[]): Tensor =>
  constant(hostTensor('float32', [values.length], values));
const number = (tensor: Tensor): number => Number(interpret({ tensor }).tensor.data[0]);

describe('the value of terms', () => {
  test('is the weighted mean of the items', () => {
    const term = { name: 'a', items: vector(1, 2, 6), weights: vector(1, 1, 0.5) };
    expect(number(reduceTerms([term]))).toBeCloseTo((1 + 2 + 3) / 2.5, 7);
    expect(number(reduceTerms([{ name: 'a', items: vector(1, 2, 6) }]))).toBeCloseTo(3, 7);
  });

  test('sums over terms, each with its scale', () => {
    const terms = [
      { name: 'a', items: vector(1, 3), scale: 0.5 },
      { name: 'b', items: vector(10), scale: constant(hostTensor('float32', [], [2])) },
    ];
    expect(number(reduceTerms(terms))).toBeCloseTo(21, 6);
  });

  test('is 0 where all items are masked', () => {
    const term = { name: 'a', items: vector(1, 2), weights: vector(0, 0) };
    expect(number(reduceTerms([term]))).toBe(0);
  });

  test('lets no gradient flow into weights', () => {
    const w = input('w', { dtype: 'float32', shape: [2] });
    const items = vector(1, 2);
    const [dw] = grad(reduceTerms([{ name: 'a', items: items.mul(w), weights: w }]), [w]);
    const out = interpret({ dw: dw! }, { w: hostTensor('float64', [2], [1, 3]) });
    // Of Σ wᵢ (aᵢ wᵢ) / Σ w with the weights held: aᵢ wᵢ / 4.
    expect([...out.dw.data]).toEqual([0.25, 1.5]);
  });

  test('counts an infinite item once, so that the mean is infinite and not undefined', () => {
    const { weight } = termSums({ name: 'a', items: vector(Infinity, 1) });
    expect(number(weight)).toBe(2);
    expect(number(reduceTerms([{ name: 'a', items: vector(Infinity, 1) }]))).toBe(Infinity);
  });
});
