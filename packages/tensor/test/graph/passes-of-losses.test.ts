import { test } from '@fast-check/vitest';
import { hostTensor } from '@limbeck/core';
import {
  allPasses,
  constant,
  grad,
  input,
  interpret,
  simplify,
  type Tensor,
} from '@limbeck/tensor';
import { describe, expect } from 'vitest';
import { topologicalOrder } from '../../src/graph/order.js';
import { cheaper } from '../../src/graph/passes/cheaper.js';
import { crossEntropy } from '../../src/graph/passes/cross-entropy.js';

const x = input('x', { dtype: 'float32', shape: ['n', 4] });
const w = input('w', { dtype: 'float32', shape: [4, 3] });

function names(...tensors: Tensor[]): string[] {
  return topologicalOrder(tensors)
    .map(({ operator }) => operator.name)
    .filter((name) => name !== 'input');
}

function after(tensor: Tensor, passes = allPasses): Tensor {
  return simplify({ tensor }, passes).tensor;
}

describe('cheaper', () => {
  const condition = x.greater(0);
  const one = (value: number): Tensor => constant(hostTensor('float32', [], [value]));

  test('a power of 2 is a product', () => {
    const power = input('p', { dtype: 'float32', shape: ['n'] });
    const square = interpretPower(power, 2);
    expect(names(after(square, [cheaper]))).toEqual(['mul']);
    expect(names(after(interpretPower(power, 2.5), [cheaper]))).toContain('pow');
  });

  test('a choice between a number and 0 is a cast', () => {
    expect(names(after(condition.where(one(1), one(0))))).not.toContain('where');
    expect(names(after(condition.where(one(0), one(-3))))).not.toContain('where');
  });

  test('a power or a choice keeps its value', () => {
    const base = input('base', { dtype: 'float32', shape: [3] });
    const given = {
      first: base.greater(0).where(one(0), one(-3)),
      second: base.greater(0).where(one(5), one(0)),
      square: interpretPower(base, 2),
      inverse: interpretPower(base, -1),
    };
    const feeds = { base: hostTensor('float32', [3], [-2, 0.5, 4]) };
    const out = interpret(simplify(given, [cheaper]), feeds);
    expect([...out.first.data]).toEqual([-3, 0, 0]);
    expect([...out.second.data]).toEqual([0, 5, 5]);
    expect([...out.square.data]).toEqual([4, 0.25, 16]);
    expect([...out.inverse.data]).toEqual([-0.5, 2, 0.25]);
  });

  test('any other choice stays one, since 0 · ∞ would be NaN', () => {
    expect(names(after(condition.where(x, one(0))))).toContain('where');
    expect(names(after(condition.where(one(2), one(3))))).toContain('where');
    expect(names(after(condition.where(one(-Infinity), one(0))))).toContain('where');
  });

  function interpretPower(base: Tensor, exponent: number): Tensor {
    return base.pow(constant(hostTensor('float32', [], [exponent])));
  }
});

describe('cross-entropy', () => {
  const logits = input('logits', { dtype: 'float32', shape: ['n', 600] });
  const labels = input('labels', { dtype: 'int64', shape: ['n', 1] });
  const loss = logits.logSoftmax().takeAlong(labels).mean().neg();
  const [slope] = grad(loss, [logits]);

  test('over many classes takes one logarithm a row and adds the labels onto the probabilities', () => {
    const found = simplify({ loss, slope: slope! });
    const left = names(found.loss, found.slope);
    expect(left.filter((name) => name === 'softmax')).toHaveLength(1);
    for (const gone of ['logSoftmax', 'scatterAddAlong', 'exp']) expect(left).not.toContain(gone);
    expect(left).toContain('scatterOnto');
  });

  test('weights rows behind the products, where they are narrow', () => {
    const h = input('h', { dtype: 'float32', shape: ['n', 8] });
    const table = input('table', { dtype: 'float32', shape: [8, 600] });
    const weights = input('weights', { dtype: 'float32', shape: ['n', 1] });
    const weighted = h.matmul(table).logSoftmax().takeAlong(labels).mul(weights).sum().neg();
    const [dh, dTable] = grad(weighted, [h, table]);
    const found = simplify({ weighted, dh: dh!, dTable: dTable! });
    const wide = topologicalOrder(Object.values(found))
      .filter(({ outputs }) => outputs[0]!.shape[1] === 600)
      .map(({ operator }) => operator.name);
    // The logits and the gradient by the table are products; nothing else of that width is scaled.
    expect(wide.sort()).toEqual(['input', 'matmul', 'matmul', 'scatterOnto', 'softmax']);
  });

  test('gives the same loss and gradient, also where a probability underflows', () => {
    const rows = [
      Array.from({ length: 600 }, (_, i) => Math.sin(i)),
      Array.from({ length: 600 }, (_, i) => (i === 3 ? 1e4 : -1e4)),
    ];
    const feeds = {
      logits: hostTensor('float32', [2, 600], rows.flat()),
      labels: hostTensor('int64', [2, 1], [5, 7]),
    };
    const outputs = { loss, slope: slope! };
    const [given, expected] = [interpret(simplify(outputs), feeds), interpret(outputs, feeds)];
    expect(Number(given.loss.data[0])).toBeCloseTo(Number(expected.loss.data[0]), 8);
    expect(Number(given.loss.data[0])).toBeGreaterThan(1e4 - 1);
    expected.slope.data.forEach((value: number | bigint, i: number) =>
      expect(Number(given.slope.data[i])).toBeCloseTo(Number(value), 12),
    );
  });

  test('leaves few classes alone', () => {
    const few = x.logSoftmax().takeAlong(x.argMax().reshape(['n', 1]));
    expect(names(after(few, [crossEntropy]))).toContain('logSoftmax');
  });
});

describe('row scales', () => {
  const wide = input('wide', { dtype: 'float32', shape: ['n', 40] });
  const scales = input('scales', { dtype: 'float32', shape: ['n', 1] });
  const narrow = input('narrow', { dtype: 'float32', shape: ['n', 3] });
  const down = input('down', { dtype: 'float32', shape: [40, 3] });
  const counts = (shape: readonly number[], step: number) =>
    hostTensor(
      'float32',
      shape,
      Array.from({ length: shape.reduce((a, b) => a * b, 1) }, (_, i) => Math.sin(step * i)),
    );
  const feeds = {
    wide: counts([2, 40], 1),
    scales: counts([2, 1], 2),
    narrow: counts([2, 3], 3),
    down: counts([40, 3], 4),
  };
  const scaled = wide.mul(scales);
  const placed: { readonly [where: string]: Tensor } = {
    'in front': scaled.matmul(down),
    'in front, the other turned': scaled.matmul(down.transpose(), { transposeB: true }),
    'in front, turned': scaled.matmul(narrow, { transposeA: true }),
    'in front, both turned': scaled.matmul(narrow.transpose(), {
      transposeA: true,
      transposeB: true,
    }),
    behind: narrow.transpose().matmul(scaled),
    'behind, the other turned': narrow.matmul(scaled, { transposeA: true }),
    'behind, turned': down.matmul(scaled, { transposeA: true, transposeB: true }),
  };

  test.each(Object.entries(placed))('%s: the narrow side is scaled', (_where, product) => {
    const found = after(product);
    const widths = topologicalOrder([found])
      .filter(({ operator }) => operator.name === 'mul')
      .map(({ outputs }) => outputs[0]!.shape.includes(40));
    expect(widths).toEqual([false]);
    const out = interpret({ found, product }, feeds);
    expect(out.found.shape).toEqual(out.product.shape);
    out.product.data.forEach((value: number | bigint, i: number) =>
      expect(Number(out.found.data[i])).toBeCloseTo(Number(value), 10),
    );
  });

  test('a matrix that is not wider is scaled itself', () => {
    expect(names(after(narrow.mul(scales).matmul(w, { transposeB: true })))).toEqual([
      'mul',
      'matmul',
    ]);
  });

  test('a weight that is stored small keeps its scales, which are multiplied in at load', () => {
    const rows = input('rows', { dtype: 'float32', shape: [2, 3] });
    const stored = constant(
      hostTensor(
        'int8',
        [3, 40],
        Array.from({ length: 120 }, () => 1),
      ),
    );
    const large = stored.cast('float32').mul(constant(hostTensor('float32', [3, 1], [1, 2, 3])));
    const found = after(rows.matmul(large));
    expect(found.node.operator.name).toBe('matmul');
    expect(found.node.inputs[0]!.node.operator.name).toBe('input');
  });

  test('goes past a reshape of rows', () => {
    const three = input('three', { dtype: 'float32', shape: ['n', 2, 40] });
    const each = input('each', { dtype: 'float32', shape: ['n', 2, 1] });
    const found = after(three.mul(each).reshape(['2*n', 40]).matmul(down));
    const mul = topologicalOrder([found]).find(({ operator }) => operator.name === 'mul')!;
    expect(mul.outputs[0]!.shape).toEqual(['2*n', 3]);
  });
});
