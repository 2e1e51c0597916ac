import { fc, test } from '@fast-check/vitest';
import { hostTensor } from '@limbeck/core';
import { allPasses, grad, input, interpret, simplify, type Tensor } from '@limbeck/tensor';
import { describe, expect } from 'vitest';
import { topologicalOrder } from '../../src/graph/order.js';
import { broadcasts } from '../../src/graph/passes/broadcasts.js';
import { moves } from '../../src/graph/passes/moves.js';
import { products } from '../../src/graph/passes/products.js';
import { sharing } from '../../src/graph/passes/sharing.js';
import type { GemmAttributes } from '../../src/ops/gemm.js';
import { operatorCases } from '../support/operator-cases.js';
import { randomGraphs } from '../support/random-graphs.js';
import { inputsOf, type Trial } from '../support/trial.js';

type Outputs = { readonly [name: string]: Tensor };

/** Passes that must not change a bit, whoever computes. */
const exact = new Set(['identities', 'broadcasts', 'moves', 'sharing']);

/** The trial's outputs before and after, and the gradient of what they sum to, which is where products and moves are. */
function outputsOf(trial: Trial): { readonly inputs: Outputs; readonly outputs: Outputs } {
  const inputs = inputsOf(trial);
  const results = trial.build(inputs);
  const outputs: { [name: string]: Tensor } = {};
  results.forEach((tensor, i) => {
    outputs[`out${i}`] = tensor;
  });
  const floats = results.filter(({ dtype }) => dtype === 'float32');
  const wrt = Object.values(inputs).filter(({ dtype }) => dtype === 'float32');
  if (floats.length > 0 && wrt.length > 0) {
    const loss = floats.map((tensor) => tensor.square().sum()).reduce((a, b) => a.add(b));
    grad(loss, wrt).forEach((tensor, i) => {
      outputs[`gradient${i}`] = tensor;
    });
  }
  return { inputs, outputs };
}

function expectSame(trial: Trial, passes: typeof allPasses, bits: boolean): void {
  const { inputs, outputs } = outputsOf(trial);
  const before = interpret({ ...inputs, ...outputs }, trial.feeds);
  const after = interpret({ ...inputs, ...simplify(outputs, passes) }, trial.feeds);
  for (const name of Object.keys(outputs)) {
    expect(after[name]!.shape).toEqual(before[name]!.shape);
    before[name]!.data.forEach((value: number | bigint, i: number) => {
      const [a, b] = [Number(after[name]!.data[i]), Number(value)];
      if (Object.is(a, b) || a === b) return;
      if (!bits && Math.abs(a - b) <= 1e-5 * Math.max(1, Math.abs(b))) return;
      expect.fail(`${name}[${i}] is ${a} after and ${b} before`);
    });
  }
}

describe('each pass by itself', () => {
  test.each(allPasses.map((pass) => [pass.name, pass] as const))(
    '%s: changes no value, over random graphs and their gradients',
    (name, pass) => {
      const same = (trial: Trial): void => expectSame(trial, [pass], exact.has(name));
      fc.assert(fc.property(randomGraphs, same), { numRuns: 120, seed: 8 });
    },
  );

  test.each(Object.entries(operatorCases))('all of them: no value of %s', (_name, arbitrary) => {
    const same = (trial: Trial): void => expectSame(trial, allPasses, false);
    fc.assert(fc.property(arbitrary, same), { numRuns: 10, seed: 9 });
  });
});

const x = input('x', { dtype: 'float32', shape: ['n', 4] });
const w = input('w', { dtype: 'float32', shape: [4, 3] });
const y = input('y', { dtype: 'float32', shape: ['n', 3] });
const b = input('b', { dtype: 'float32', shape: [3] });
const heads = input('heads', { dtype: 'float32', shape: ['n', 2, 5, 3] });
const others = input('others', { dtype: 'float32', shape: ['n', 2, 5, 3] });

function names(...tensors: Tensor[]): string[] {
  return topologicalOrder(tensors)
    .map(({ operator }) => operator.name)
    .filter((name) => name !== 'input');
}

function after(tensor: Tensor, passes = allPasses): Tensor {
  return simplify({ tensor }, passes).tensor;
}

describe('moves', () => {
  test('a transpose undoes a transpose, and two make one', () => {
    expect(after(heads.transpose([0, 2, 1, 3]).transpose([0, 2, 1, 3])).node).toBe(heads.node);
    const one = after(heads.transpose([1, 0, 2, 3]).transpose([0, 2, 1, 3]));
    expect(one.node.attributes).toEqual({ order: [1, 2, 0, 3] });
    expect(names(one)).toEqual(['transpose']);
  });

  test('the last of two reshapes stands, or none', () => {
    expect(names(after(x.reshape(['n', 2, 2]).reshape(['2*n', 2])))).toEqual(['reshape']);
    expect(after(x.reshape(['n', 2, 2]).reshape(['n', 4])).node).toBe(x.node);
  });

  test('a transpose beside a product is done by the product', () => {
    const given = after(
      x.transpose().matmul(w.transpose(), { transposeA: true, transposeB: true }),
    );
    expect(names(given)).toEqual(['matmul']);
    const turned = after(x.transpose().matmul(y));
    expect(names(turned)).toEqual(['matmul']);
    expect(turned.node.attributes).toMatchObject({ transposeA: true, transposeB: false });
    const batched = after(heads.matmul(others.transpose()));
    expect(batched.node.attributes).toMatchObject({ transposeA: false, transposeB: true });
  });

  test('a transposed product is a product the other way round, unless somebody else reads it', () => {
    const product = x.matmul(w);
    expect(names(after(product.transpose()))).toEqual(['matmul']);
    const both = simplify({ product, turned: product.transpose() });
    expect(names(both.product, both.turned)).toEqual(['matmul', 'transpose']);
  });

  test('a transpose of axes in front of a product stays', () => {
    const moved = after(heads.transpose([1, 0, 2, 3]).matmul(others.transpose([1, 0, 3, 2])));
    expect(names(moved)).toContain('transpose');
    expect(names(after(heads.transpose([1, 0, 2, 3]).tanh(), [moves]))).toHaveLength(2);
  });
});

describe('products', () => {
  const how = (tensor: Tensor): Partial<GemmAttributes> => tensor.node.attributes as GemmAttributes;

  test('factors on either side, before or behind, become one', () => {
    const scaled = after(x.mul(2).matmul(w.div(4)).mul(3));
    expect(names(scaled)).toEqual(['gemm']);
    expect(how(scaled).alpha).toBe(1.5);
    const attention = after(heads.mul(0.5).matmul(others, { transposeB: true }));
    expect(names(attention)).toEqual(['gemm']);
    expect(how(attention)).toMatchObject({ alpha: 0.5, transposeB: true });
  });

  test('a factor behind a sum with a bias scales both', () => {
    const scaled = after(x.affine(w, b).mul(-2));
    expect(how(scaled)).toMatchObject({ alpha: -2, beta: -2 });
    expect(names(scaled)).toEqual(['gemm']);
  });

  test('what is added or subtracted becomes the addend', () => {
    for (const [sum, alpha, beta] of [
      [x.matmul(w).add(y), 1, 1],
      [y.add(x.matmul(w)), 1, 1],
      [x.matmul(w).sub(y), 1, -1],
      [y.sub(x.matmul(w)), -1, 1],
      [x.matmul(w).add(b), 1, 1],
    ] as const) {
      const found = after(sum);
      expect(names(found)).toEqual(['gemm']);
      expect(how(found)).toMatchObject({ alpha, beta });
    }
  });

  test('gradients that flow together into one tensor are added by the products', () => {
    const loss = x.matmul(w).mul(y).sum().add(x.matmul(w.tanh()).mul(y).sum());
    const dx = after(grad(loss, [x])[0]!);
    expect(names(dx)).not.toContain('add');
  });

  test('an addend goes in through a reshape', () => {
    const rows = input('rows', { dtype: 'float32', shape: ['n', 2, 3] });
    const sum = after(
      x
        .reshape(['2*n', 2])
        .matmul(w.slice(0, 0, 2))
        .reshape(['n', 2, 3])
        .add(rows),
    );
    expect(names(sum)).not.toContain('add');
  });

  test('what somebody else reads stays', () => {
    const product = x.matmul(w);
    const found = simplify({ product, scaled: product.mul(2) });
    expect(names(found.product, found.scaled)).toContain('mul');
    expect(found.product.node.operator.name).toBe('matmul');
  });

  test('a product that is written twice is one before anybody takes it over', () => {
    const found = simplify({ twice: x.matmul(w).mul(2), tanh: x.matmul(w).tanh() });
    expect(names(found.twice, found.tanh).sort()).toEqual(['constant', 'matmul', 'mul', 'tanh']);
  });

  test('an addend that does not fit into the product, a batched one, and an infinite factor stay', () => {
    const wide = input('wide', { dtype: 'float32', shape: [2, 'n', 3] });
    expect(names(after(x.matmul(w).add(wide)))).toContain('add');
    expect(names(after(heads.matmul(others, { transposeB: true }).add(1)))).toContain('add');
    expect(names(after(x.matmul(w).mul(Infinity)))).toContain('mul');
    expect(names(after(x.matmul(w).div(0)))).toContain('div');
  });

  test('can be differentiated afterwards', () => {
    const before = grad(x.mul(2).matmul(w).add(y).square().sum(), [x])[0]!;
    const behind = grad(after(x.mul(2).matmul(w).add(y).square().sum(), [products]), [x])[0]!;
    const feeds = {
      x: hostTensor('float32', [1, 4], [1, 2, 3, 4]),
      w: hostTensor('float32', [4, 3], [1, 0, 2, 3, -1, 1, 0, 2, 1, 1, 1, -2]),
      y: hostTensor('float32', [1, 3], [1, 2, 3]),
    };
    const out = interpret({ before, behind }, feeds);
    expect([...out.behind.data]).toEqual([...out.before.data]);
  });
});

describe('broadcasts and sharing', () => {
  test('an expand in front of a sum goes, and one that gives the shape stays', () => {
    expect(names(after(y.add(b.expand(['n', 3])), [broadcasts]))).toEqual(['add']);
    expect(names(after(b.expand(['n', 3]).mul(2), [broadcasts]))).toContain('expand');
  });

  test('equal expressions are one, in whatever order they were made', () => {
    const twice = x.exp().mul(2).sub(x.exp().mul(2).tanh());
    expect(names(after(twice, [sharing])).filter((name) => name === 'exp')).toHaveLength(1);
  });
});
