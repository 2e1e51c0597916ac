import { type DType, hostTensor } from '@limbeck/core';
import { constant, grad, input, interpret, type Tensor } from '@limbeck/tensor';
import { test } from '@fast-check/vitest';
import { describe, expect } from 'vitest';
import { knownAnswers } from '../support/known-answers.js';

function vector(dtype: DType, values: readonly number[]): Tensor {
  return constant(hostTensor(dtype, [values.length], values));
}

function values(tensor: Tensor): number[] {
  return Array.from(interpret({ tensor }).tensor.data, Number);
}

const ints = (...elements: number[]): Tensor => vector('int64', elements);
const words = (...elements: number[]): Tensor => vector('uint32', elements);
const floats = (...elements: number[]): Tensor => vector('float32', elements);

describe('the interpreter does as ONNX says', () => {
  test.each(Object.entries(knownAnswers))('%s', (_edge, { feeds, build, expected, shape }) => {
    const inputs = Object.fromEntries(
      Object.entries(feeds).map(([name, { dtype, shape: size }]) => [
        name,
        input(name, { dtype, shape: size }),
      ]),
    );
    const { y } = interpret({ ...inputs, y: build(inputs) }, feeds);
    if (shape !== undefined) expect(y.shape).toEqual(shape);
    expect(y.data).toHaveLength(expected.length);
    y.data.forEach((value: number | bigint, i: number) => {
      const wanted = expected[i]!;
      if (Number.isFinite(wanted)) expect(Number(value)).toBeCloseTo(wanted, 6);
      else expect(Number(value)).toBe(wanted);
    });
  });

  test('division by 0 is an error for whole numbers, and infinity for floats', () => {
    for (const name of ['div', 'mod'] as const) {
      expect(() => values(ints(1)[name](0))).toThrow(
        expect.objectContaining({ code: 'invalid-data', where: name }),
      );
    }
    expect(values(floats(1, -1, 0).div(0))).toEqual([Infinity, -Infinity, Number.NaN]);
  });

  test('uint32 wraps', () => {
    expect(values(words(0x9e3779b1, 2 ** 31).mul(words(0x9e3779b1, 2)))).toEqual([
      Number((0x9e3779b1n * 0x9e3779b1n) % 2n ** 32n),
      0,
    ]);
    expect(values(words(0xff00ff00).bitXor(0xffff0000))).toEqual([0x00ffff00]);
    expect(values(words(0xff00ff00).bitAnd(0xffff0000))).toEqual([0xff000000]);
  });

  test('Cast cuts off towards 0, and makes true of what is not 0', () => {
    expect(values(floats(1.9, -1.9, -0.5).cast('int64'))).toEqual([1, -1, 0]);
    expect(values(floats(1.9, -1.9, -0.5).cast('int32'))).toEqual([1, -1, 0]);
    expect(values(floats(0, -0.25, 3).cast('bool'))).toEqual([0, 1, 1]);
    expect(values(ints(-1, 300).cast('uint8'))).toEqual([255, 44]);
    expect(values(ints(200).cast('int8'))).toEqual([-56]);
    // A whole number has no −0, whose reciprocal would be −∞.
    expect(values(floats(1).div(ints(-1).div(2).cast('float32')))).toEqual([Infinity]);
  });

  test('erf agrees with tables', () => {
    // Abramowitz and Stegun, Table 7.1.
    const [a, b, c, d, e] = values(vector('float64', [0.5, 1, 2, -3.5, 7]).erf());
    expect(a).toBeCloseTo(0.520499877813, 12);
    expect(b).toBeCloseTo(0.84270079295, 11);
    expect(c).toBeCloseTo(0.995322265019, 12);
    expect(d).toBeCloseTo(-0.999999256902, 12);
    expect(e).toBe(1);
  });

  test('equal largest elements share the gradient, and maximum gives it to the first', () => {
    const x = input('x', { dtype: 'float32', shape: [3] });
    const feeds = { x: hostTensor('float64', [3], [2, 1, 2]) };
    const [shared, first] = [grad(x.max(), [x])[0]!, grad(x.maximum(2).sum(), [x])[0]!];
    const out = interpret({ shared, first }, feeds);
    expect([...out.shared.data]).toEqual([0.5, 0, 0.5]);
    expect([...out.first.data]).toEqual([1, 0, 1]);
  });
});

describe('reshape works one size out', () => {
  test.each([
    [['batch', 8, 9, 11], ['batch', 2, -1], 396],
    [['a', 'b', 6], ['a*b', 3, -1], 2],
    [['a', 6, 'b'], [-1, 3], '2*a*b'],
    [['batch', 'past+tokens', 12], ['batch', 'past+tokens', 3, -1], 4],
    [['past+tokens', 12], [-1, 4], '3*past+3*tokens'],
    [['batch', 4, 4], [-1, 4], '4*batch'],
    [[0, 4], [2, -1], 0],
  ])('%j as %j: %s', (from, to, expected) => {
    const { shape } = input('x', { dtype: 'float32', shape: from }).reshape(to);
    expect(shape[to.indexOf(-1)]).toBe(expected);
  });
});
