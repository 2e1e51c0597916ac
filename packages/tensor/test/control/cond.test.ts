import { test } from '@fast-check/vitest';
import { type HostTensor, hostTensor } from '@limbeck/core';
import { cond, fromOnnx, grad, input, interpret, type Tensor, toOnnx } from '@limbeck/tensor';
import { describe, expect } from 'vitest';

const p = input('p', { dtype: 'bool', shape: [] });
const x = input('x', { dtype: 'float32', shape: ['n'] });
const k = input('k', { dtype: 'int64', shape: ['n'] });

function feeds(holds: boolean): { [name: string]: HostTensor } {
  return {
    p: hostTensor('bool', [], [holds ? 1 : 0]),
    x: hostTensor('float64', [2], [0.5, 2]),
    k: hostTensor('int64', [2], [0, 3]),
  };
}

function run(y: Tensor, holds: boolean): number[] {
  return Array.from(interpret({ p, x, k, y }, feeds(holds)).y.data, Number);
}

describe('cond', () => {
  test('gives the branch that the predicate chooses', () => {
    const y = cond(
      p,
      () => x.mul(2),
      () => x.square(),
    );
    expect([run(y, true), run(y, false)]).toEqual([
      [1, 4],
      [0.25, 4],
    ]);
  });

  test('computes that branch alone', () => {
    // A whole number divided by 0 is an error, where it is divided.
    const y = cond(
      p,
      () => k.scalar(1).div(k),
      () => k.add(1),
    );
    expect(run(y, false)).toEqual([1, 4]);
    expect(() => run(y, true)).toThrow(expect.objectContaining({ code: 'invalid-data' }));
  });

  test('has the gradient of the branch that was taken, and zeros by what it does not read', () => {
    const z = input('z', { dtype: 'float32', shape: ['n'] });
    const y = cond(
      p,
      () => x.square(),
      () => x.mul(z),
    );
    const [dx, dz] = grad(y.sum(), [x, z]);
    const fed = { z: hostTensor('float64', [2], [7, 11]) };
    const out = (holds: boolean) =>
      interpret({ p, x, dx: dx!, dz: dz!, z }, { ...feeds(holds), ...fed });
    expect([...out(true).dx.data, ...out(true).dz.data]).toEqual([1, 4, 0, 0]);
    expect([...out(false).dx.data, ...out(false).dz.data]).toEqual([7, 11, 0.5, 2]);
  });

  test('gives several tensors, and takes branches inside branches', () => {
    const [a, b] = cond(
      p,
      () => [
        cond(
          x.sum().greater(2),
          () => x.exp(),
          () => x,
        ),
        x.sum(),
      ],
      () => [x.neg(), x.max()],
    );
    expect(run(a!, true)).toEqual([Math.exp(0.5), Math.exp(2)]);
    expect([run(b!, true), run(b!, false)]).toEqual([[2.5], [2]]);
  });

  test('gives an outer tensor as it is', () => {
    const outer = x.mul(3);
    const y = cond(
      p,
      () => outer,
      () => x,
    );
    expect([run(y, true), run(y, false)]).toEqual([
      [1.5, 6],
      [0.5, 2],
    ]);
  });

  test('comes back from a file with its branches', () => {
    const y = cond(
      p,
      () => x.exp().sum(),
      () => x.max(),
    );
    const back = fromOnnx(toOnnx({ y }, { inputs: { p, x } }).bytes);
    expect(back.outputs.y!.node.operator.name).toBe('cond');
    const out = interpret({ ...back.inputs, y: back.outputs.y! }, feeds(false));
    expect([...out.y.data]).toEqual([2]);
  });

  test.each([
    ['another shape', () => x.sum(), 'shape-mismatch', 'float32 [n] and float32 []'],
    ['another dtype', () => x.cast('float64'), 'shape-mismatch', 'float32 [n] and float64 [n]'],
  ] as const)('refuses a branch of %s', (_what, otherwise, code, words) => {
    expect(() => cond(p, () => x, otherwise)).toThrow(
      expect.objectContaining({ code, where: 'cond', message: expect.stringContaining(words) }),
    );
  });

  test('refuses a predicate that is no truth value, or not a single one', () => {
    expect(() =>
      cond(
        x.sum(),
        () => x,
        () => x,
      ),
    ).toThrow(expect.objectContaining({ code: 'dtype-mismatch', where: 'cond' }));
    expect(() =>
      cond(
        x.greater(0),
        () => x,
        () => x,
      ),
    ).toThrow(
      expect.objectContaining({
        code: 'shape-mismatch',
        message: expect.stringContaining('where'),
      }),
    );
  });
});
