import { test } from '@fast-check/vitest';
import { type HostTensor, hostTensor } from '@limbeck/core';
import {
  checkpoint,
  cost,
  createContext,
  grad,
  input,
  interpret,
  simplify,
  type Tensor,
} from '@limbeck/tensor';
import { describe, expect } from 'vitest';
import { topologicalOrder } from '../../src/graph/order.js';

const width = 8;
const x = input('x', { dtype: 'float32', shape: ['batch', width] });
const weights = Array.from({ length: 6 }, (_, i) =>
  input(`w${i}`, { dtype: 'float32', shape: [width, width] }),
);
const seed = input('seed', { dtype: 'uint32', shape: [] });
const draw = input('draw', { dtype: 'uint32', shape: [] });

function block(given: Tensor, i: number): Tensor {
  // A chain whose derivative needs each of its parts.
  const wide = given.matmul(weights[i]!).tanh().sin().exp().sin().exp().sin();
  return wide.add(given).tanh();
}

function feeds(batch: number): { [name: string]: HostTensor } {
  const values = (count: number, salt: number): Float64Array =>
    Float64Array.from({ length: count }, (_, i) => Math.sin(i * 1.3 + salt) / 2);
  const square = (_: Tensor, i: number): [string, HostTensor] => [
    `w${i}`,
    hostTensor('float64', [width, width], values(width * width, i)),
  ];
  return {
    x: hostTensor('float64', [batch, width], values(batch * width, 9)),
    seed: hostTensor('uint32', [], [5]),
    draw: hostTensor('uint32', [], [3]),
    ...Object.fromEntries(weights.map(square)),
  };
}

/** The loss of six blocks and its gradients, every block by `wrap`. */
function step(wrap: (build: (given: Tensor) => Tensor, given: Tensor) => Tensor) {
  const y = weights.reduce((given, _, i) => wrap((own) => block(own, i), given), x);
  const loss = y.square().sum();
  // The last block's come first, as its gradients do: what they need is let go at once.
  const gradients = grad(loss, [...weights.toReversed(), x]);
  return Object.fromEntries([loss, ...gradients].map((tensor, i) => [`out${i}`, tensor]));
}

const plain = step((build, given) => build(given));
const light = step((build, given) => checkpoint((own) => build(own!), [given]));

function count(outputs: { readonly [name: string]: Tensor }, name: string): number {
  return topologicalOrder(Object.values(outputs)).filter(({ operator }) => operator.name === name)
    .length;
}

describe('checkpoint', () => {
  test('changes no value and no gradient', () => {
    const [a, b] = [interpret(plain, feeds(3)), interpret(light, feeds(3))];
    for (const name of Object.keys(plain)) {
      expect([...b[name]!.data]).toEqual([...a[name]!.data]);
    }
  });

  test('computes every block twice, also once equal expressions are one', () => {
    expect(count(simplify(plain), 'sin')).toBe(18);
    expect(count(simplify(light), 'sin')).toBe(36);
  });

  test('needs less memory in the backward pass', () => {
    const [a, b] = [plain, light].map(
      (outputs) => cost(outputs, { sizes: { batch: 256 } }).peakBytes,
    );
    expect(b! / a!).toBeLessThan(0.6);
  });

  test('draws the same masks again, and does not keep them', () => {
    const dropped = (wrap: (build: (given: Tensor) => Tensor) => Tensor) => {
      const stream = createContext({ training: true, seed, draw }).random('mask');
      const masked = (given: Tensor): Tensor =>
        given.mul(stream.uniform(given.shape).greater(0.5).cast('float32')).exp();
      const loss = wrap(masked).square().sum();
      return { loss, dx: grad(loss, [x])[0]! };
    };
    const [a, b] = [
      dropped((build) => build(x)),
      dropped((build) => checkpoint((own) => build(own!), [x])),
    ];
    const [expected, given] = [interpret(a, feeds(4)), interpret(b, feeds(4))];
    expect([...given.dx.data]).toEqual([...expected.dx.data]);
    expect(count(simplify(b), 'greater')).toBe(2);
    expect(count(simplify(a), 'greater')).toBe(1);
  });

  test('has second derivatives', () => {
    const second = (loss: Tensor): Tensor =>
      grad(grad(loss, [x])[0]!.square().sum(), [weights[0]!])[0]!;
    const [a, b] = [
      second(block(x, 0).square().sum()),
      second(
        checkpoint((own) => block(own!, 0), [x])
          .square()
          .sum(),
      ),
    ];
    const out = interpret({ a, b }, feeds(2));
    // Sums are made in another order.
    out.a.data.forEach((value: number | bigint, i: number) =>
      expect(Number(out.b.data[i])).toBeCloseTo(Number(value), 10),
    );
  });

  test('gives several tensors, through some of which no gradient flows', () => {
    const [y, z] = checkpoint((own) => [own!.exp(), own!.square()], [x]);
    const [dx] = grad(z!.sum(), [x]);
    const out = interpret({ dx: dx!, y: y! }, feeds(1));
    const { data } = feeds(1).x!;
    expect([...out.dx.data]).toEqual(Array.from(data as Float64Array, (value) => 2 * value));
  });

  test('leaves nothing behind where no gradient is taken', () => {
    const y = simplify({ y: checkpoint((own) => own!.exp(), [x]) }).y;
    expect(topologicalOrder([y]).map(({ operator }) => operator.name)).toEqual(['input', 'exp']);
  });
});
