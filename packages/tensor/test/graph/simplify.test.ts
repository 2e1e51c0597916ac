import { fc, test } from '@fast-check/vitest';
import { hostTensor } from '@limbeck/core';
import { constant, grad, input, interpret, scalar, simplify, type Tensor } from '@limbeck/tensor';
import { describe, expect } from 'vitest';
import { topologicalOrder } from '../../src/graph/order.js';
import { allCases } from '../support/operator-cases.js';
import { randomGraphs } from '../support/random-graphs.js';
import { inputsOf, type Trial } from '../support/trial.js';

function nodes(outputs: { readonly [name: string]: Tensor }): number {
  return topologicalOrder(Object.values(outputs)).length;
}

/** Folding rounds a constant to float32 once; what is computed from it moves by as much. */
const rounding = 1e-5;

function expectSame(trial: Trial): void {
  const inputs = inputsOf(trial);
  const outputs = Object.fromEntries(trial.build(inputs).map((tensor, i) => [`out${i}`, tensor]));
  const simple = simplify(outputs);
  expect(nodes(simple)).toBeLessThanOrEqual(nodes(outputs));
  const before = interpret({ ...inputs, ...outputs }, trial.feeds);
  const after = interpret({ ...inputs, ...simple }, trial.feeds);
  for (const name of Object.keys(outputs)) {
    expect(after[name]!.shape).toEqual(before[name]!.shape);
    before[name]!.data.forEach((value: number | bigint, i: number) => {
      const [a, b] = [Number(after[name]!.data[i]), Number(value)];
      if (Object.is(a, b) || Math.abs(a - b) <= rounding * Math.max(1, Math.abs(b))) return;
      expect.fail(`${name}[${i}] is ${a} after and ${b} before`);
    });
  }
  // Nothing is left to do a second time.
  expect(nodes(simplify(simple))).toBe(nodes(simple));
}

const x = input('x', { dtype: 'float32', shape: ['n', 2] });
const only = (y: Tensor): Tensor => simplify({ y }).y;

describe('simplify', () => {
  test.prop([randomGraphs], { numRuns: 400, seed: 5 })(
    'changes no value and adds no node, over random graphs',
    expectSame,
  );

  test.each(Object.entries(allCases))('changes no value of %s', (_name, arbitrary) => {
    fc.assert(fc.property(arbitrary, expectSame), { numRuns: 20, seed: 6 });
  });

  test('makes one of equal expressions, equal to the bit', () => {
    const twice = x.exp().add(1).mul(x.exp().add(1));
    const once = x.exp().add(1);
    expect(nodes(simplify({ twice }))).toBe(nodes({ square: once.mul(once) }));
    const feeds = { x: hostTensor('float64', [1, 2], [0.1, 0.7]) };
    const [given, expected] = [interpret(simplify({ twice }), feeds), interpret({ twice }, feeds)];
    expect([...given.twice.data]).toEqual([...expected.twice.data]);
  });

  test('tells −0 from 0, and constants by dtype and shape', () => {
    const zero = constant(hostTensor('float32', [], [0]));
    const minus = constant(hostTensor('float32', [], [-0]));
    const row = constant(hostTensor('float32', [1], [0]));
    const out = simplify({ zero, minus, row });
    expect(new Set([out.zero.node, out.minus.node, out.row.node]).size).toBe(3);
  });

  test('leaves out what changes nothing', () => {
    expect(only(x.add(0)).node).toBe(x.node);
    expect(only(x.mul(1)).node).toBe(x.node);
    expect(only(x.div(1).sub(0)).node).toBe(x.node);
    expect(only(x.stopGradient()).node).toBe(x.node);
    expect(only(x.add(scalar(0).expand(['n', 2]))).node).toBe(x.node);
  });

  test('keeps what only looks as if it changed nothing', () => {
    // The 0 has more axes than x: the sum has too.
    expect(only(x.add(constant(hostTensor('float32', [1, 1, 1], [0])))).shape).toEqual([1, 'n', 2]);
    expect(only(scalar(1).mul(2)).node.operator.name).toBe('constant');
  });

  test('computes constants ahead, but none that would swell the file', () => {
    expect(only(scalar(2).exp().mul(3)).node.operator.name).toBe('constant');
    expect(only(scalar(2).expand([5000])).node.operator.name).toBe('expand');
  });

  test('leaves inputs the tensors that they were, so that gradients can be taken afterwards', () => {
    const y = only(x.mul(1).add(x).exp().sum());
    const [dx] = grad(y, [x]);
    const out = interpret({ dx: dx! }, { x: hostTensor('float64', [1, 2], [0, 1]) });
    expect(Number(out.dx.data[1])).toBeCloseTo(2 * Math.exp(2), 10);
  });
});
