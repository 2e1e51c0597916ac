import { hostTensor, type HostTensor, leaves, mapTree, Rng } from '@limbeck/core';
import { batchNorm, batchNormValues } from '@limbeck/nn';
import { input, type Tensor } from '@limbeck/tensor';
import { describe, expect, test } from 'vitest';
import { refused } from '../support/images.js';
import { gap } from '../support/onnx-weights.js';
import { contextOf, numbers } from '../support/run-model.js';

describe('batchNorm', () => {
  const x = input('x', { dtype: 'float32', shape: ['batch', 1, 2] });
  const feeds = { x: hostTensor('float32', [2, 1, 2], [1, 2, 3, 6]) };
  const values = batchNormValues(Rng.from(0), 1);
  const inputs = (tree: unknown, prefix: string) =>
    mapTree<Tensor>(tree, (spec, at) => input(`${prefix}/${at}`, { ...spec, dtype: 'float32' }));
  const fed = {
    ...feeds,
    ...Object.fromEntries(leaves<HostTensor>(values.parameters, 'p')),
    ...Object.fromEntries(leaves<HostTensor>(values.state, 's')),
  };
  const bare = (tree: object) => mapTree(tree, ({ dtype, shape }) => ({ dtype, shape }) as never);
  const normed = (training: boolean, options = {}) =>
    batchNorm(
      inputs(bare(values.parameters), 'p') as never,
      inputs(bare(values.state), 's') as never,
      x,
      contextOf(training),
      options,
    );

  test('moves its statistics in training: mean 3, variance 3.5 of four, 14/3 of three', () => {
    const { y, state } = normed(true);
    expect(numbers(state.mean, fed)[0]).toBeCloseTo(0.1 * 3, 6);
    expect(numbers(state.variance, fed)[0]).toBeCloseTo(0.9 * 1 + (0.1 * 14) / 3, 6);
    expect(
      gap(
        numbers(y, fed),
        [-2, -1, 0, 3].map((d) => d / Math.sqrt(3.5 + 1e-5)),
      ),
    ).toBeLessThan(1e-9);
  });

  test('uses them otherwise, and leaves them', () => {
    const { y, state } = normed(false, { epsilon: 0.5 });
    const moved = { ...fed, 's/mean': hostTensor('float32', [1], [1]) };
    expect(
      gap(
        numbers(y, moved),
        [0, 1, 2, 5].map((d) => d / Math.sqrt(1.5)),
      ),
    ).toBeLessThan(1e-9);
    expect(numbers(state.mean, moved)).toEqual([1]);
  });

  test('an empty batch leaves the statistics as they were', () => {
    const none = {
      ...fed,
      x: hostTensor('float32', [0, 1, 2], []),
      's/mean': hostTensor('float32', [1], [7]),
    };
    const { state } = normed(true);
    expect(numbers(state.mean, none)).toEqual([7]);
    expect(numbers(state.variance, none)).toEqual([1]);
  });

  test('one element has no variance, and leaves no NaN', () => {
    const one = { ...fed, x: hostTensor('float32', [1, 1, 2], [5, 5]) };
    const { y, state } = normed(true, { momentum: 1 });
    expect(numbers(y, one)).toEqual([0, 0]);
    expect(numbers(state.variance, one)).toEqual([0]);
    const line = input('x', { dtype: 'float32', shape: [1, 1] });
    const { state: lone } = batchNorm(
      inputs(bare(values.parameters), 'p') as never,
      inputs(bare(values.state), 's') as never,
      line,
      contextOf(true),
    );
    const single = { ...fed, x: hostTensor('float32', [1, 1], [5]) };
    expect(numbers(lone.variance, single)[0]).toBeCloseTo(0.9, 6);
  });

  test('refuses a momentum above 1', () => {
    expect(() => normed(true, { momentum: 1.5 })).toThrow(refused('momentum 1.5'));
  });
});
