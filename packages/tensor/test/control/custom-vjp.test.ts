import { test } from '@fast-check/vitest';
import { hostTensor } from '@limbeck/core';
import { customVjp, grad, input, interpret, simplify, toOnnx } from '@limbeck/tensor';
import { describe, expect } from 'vitest';

const x = input('x', { dtype: 'float32', shape: ['n'] });
const y = input('y', { dtype: 'float32', shape: ['n'] });
const feeds = { x: hostTensor('float64', [2], [0.4, 1.7]), y: hostTensor('float64', [2], [3, 5]) };

describe('customVjp', () => {
  test('takes the gradient by hand in place of its own', () => {
    const straight = customVjp(
      (a) => a!.round(),
      ({ upstream }) => [upstream],
    );
    const [dx] = grad(straight(x).mul(3).sum(), [x]);
    expect([...interpret({ x, dx: dx! }, feeds).dx.data]).toEqual([3, 3]);
  });

  test('is given inputs, output and what flows in, and may leave an input out', () => {
    const product = customVjp(
      (a, b) => a!.mul(b!),
      ({ inputs: [a, b], output, upstream }) => [upstream.mul(output).add(a!).mul(b!), undefined],
    );
    const [dx, dy] = grad(product(x, y).mul(2).sum(), [x, y]);
    const out = interpret({ dx: dx!, dy: dy!, y }, feeds);
    expect([...out.dx.data].map((value) => Number(value).toFixed(9))).toEqual(
      [(2 * 1.2 + 0.4) * 3, (2 * 8.5 + 1.7) * 5].map((value) => value.toFixed(9)),
    );
    expect([...out.dy.data]).toEqual([0, 0]);
  });

  test('has second derivatives: those of the rule', () => {
    // The rule says x² where the derivative of the sine is a cosine.
    const odd = customVjp(
      (a) => a!.sin(),
      ({ inputs: [a], upstream }) => [upstream.mul(a!.square())],
    );
    const [first] = grad(odd(x).sum(), [x]);
    const [second] = grad(first!.sum(), [x]);
    expect([...interpret({ second: second! }, feeds).second.data]).toEqual([0.8, 3.4]);
  });

  test('leaves nothing behind in a file', () => {
    const straight = customVjp(
      (a) => a!.round(),
      ({ upstream }) => [upstream],
    );
    const plain = simplify({ z: straight(x) });
    expect(plain.z.node.operator.name).toBe('round');
    expect(toOnnx(plain).nodeCount).toBe(1);
  });

  test('refuses a gradient of another shape, and too few', () => {
    const wrong = customVjp(
      (a) => a!.round(),
      ({ upstream }) => [upstream.sum()],
    );
    expect(() => grad(wrong(x).sum(), [x])).toThrow(
      expect.objectContaining({
        code: 'shape-mismatch',
        where: 'customVjp',
        message: expect.stringContaining('shape [n] for input 0'),
      }),
    );
    const few = customVjp(
      (a, b) => a!.add(b!),
      ({ upstream }) => [upstream],
    );
    expect(() => grad(few(x, y).sum(), [x])).toThrow(
      expect.objectContaining({
        code: 'shape-mismatch',
        message: expect.stringContaining('2 inputs, not 1'),
      }),
    );
  });
});
