import { fc, test } from '@fast-check/vitest';
import { type HostTensor, hostTensor } from '@limbeck/core';
import { einsum, input, interpret, type Tensor } from '@limbeck/tensor';
import { describe, expect } from 'vitest';
import { topologicalOrder } from '../../src/graph/order.js';
import { Material } from '../support/trial.js';

interface Product {
  readonly operands: readonly string[];
  readonly result: string;
  readonly sizes: { readonly [label: string]: number };
  readonly values: readonly (readonly number[])[];
}

const letters = ['a', 'b', 'c', 'd'];

/** One to three terms of up to three letters, a letter twice in a term now and then. */
const products = fc.nat(2 ** 31).map((seed): Product => {
  const m = new Material(seed);
  const sizes = Object.fromEntries(letters.map((letter) => [letter, m.whole(1, 3)]));
  const pick = (): string => letters[m.whole(0, 3)]!;
  const operands = Array.from({ length: m.whole(1, 3) }, () =>
    Array.from({ length: m.whole(0, 3) }, pick).join(''),
  );
  const used = [...new Set(operands.join(''))];
  const result = used.filter(() => m.chance());
  const values = operands.map((operand) =>
    Array.from({ length: count(operand, sizes) }, () => m.whole(-4, 4)),
  );
  return { operands, result: result.toReversed().join(''), sizes, values };
});

function count(labels: string, sizes: Product['sizes']): number {
  return labels.split('').reduce((product, label) => product * sizes[label]!, 1);
}

/** The sum over every assignment of the letters, by the definition. */
function byDefinition({ operands, result, sizes, values }: Product): number[] {
  const out = Array.from({ length: count(result, sizes) }, () => 0);
  const used = [...new Set(operands.join(''))];
  const at = (labels: string, place: { readonly [label: string]: number }): number =>
    labels.split('').reduce((index, label) => index * sizes[label]! + place[label]!, 0);
  const visit = (left: readonly string[], place: { readonly [label: string]: number }): void => {
    const [label, ...rest] = left;
    if (label === undefined) {
      const product = operands.reduce((all, own, i) => all * values[i]![at(own, place)]!, 1);
      out[at(result, place)]! += product;
      return;
    }
    for (let i = 0; i < sizes[label]!; i++) visit(rest, { ...place, [label]: i });
  };
  visit(used, {});
  return out;
}

const float = (name: string, shape: readonly (number | string)[]): Tensor =>
  input(name, { dtype: 'float32', shape });

function operators(tensor: Tensor): string[] {
  return topologicalOrder([tensor]).map(({ operator }) => operator.name);
}

describe('einsum', () => {
  test.prop([products], { numRuns: 300, seed: 1 })('is the sum that defines it', (product) => {
    const { operands, result, sizes, values } = product;
    const shapes = operands.map((own) => own.split('').map((label) => sizes[label]!));
    const inputs = shapes.map((shape, i) => float(`x${i}`, shape));
    const y = einsum(`${operands.join(',')}->${result}`, ...inputs);
    const feeds: { [name: string]: HostTensor } = {};
    shapes.forEach((shape, i) => {
      feeds[`x${i}`] = hostTensor('float64', shape, values[i]!);
    });
    const out = interpret({ y }, feeds);
    expect(out.y.shape).toEqual(result.split('').map((label) => sizes[label]!));
    // + 0 makes 0 of −0.
    const given = Array.from(out.y.data as Float64Array, (value) => value + 0);
    expect(given).toEqual(byDefinition(product).map((value) => value + 0));
  });

  test('needs no transpose where a product of matrices takes its operands as they are', () => {
    const [q, k] = [float('q', ['batch', 'n', 64]), float('k', ['batch', 'm', 64])];
    expect(operators(einsum('bqd,bkd->bqk', q, k))).toEqual(['input', 'input', 'matmul']);
    expect(operators(einsum('bdq,bdk->bqk', q, float('l', ['batch', 'n', 8])))).not.toContain(
      'transpose',
    );
  });

  test('broadcasts what an ellipsis stands for, and sizes of 1', () => {
    const y = einsum('...ij,...jk->...ik', float('a', [5, 1, 2, 3]), float('b', [4, 3, 6]));
    expect(y.shape).toEqual([5, 4, 2, 6]);
    expect(einsum('ij,ij->ij', float('a', ['n', 1]), float('b', ['n', 3])).shape).toEqual(['n', 3]);
  });

  test('without an arrow gives the letters that occur once, in alphabetical order', () => {
    const y = einsum('cb,ba', float('a', [2, 3]), float('b', [3, 4]));
    expect(y.shape).toEqual([4, 2]);
    expect(einsum('ii', float('a', [3, 3])).shape).toEqual([]);
    expect(einsum('b...a', float('a', [2, 3, 4])).shape).toEqual([3, 4, 2]);
  });

  test.each([
    ['a letter for each axis', 'ij', [[2]], 'shape-mismatch', 'as many axes'],
    ['one size for a letter', 'i,i->i', [[2], [3]], 'shape-mismatch', 'one size for "i"'],
    ['names that may differ', 'i,i->i', [['n'], ['m']], 'shape-mismatch', 'not n and m'],
    ['a term for each tensor', 'i->i', [[2], [2]], 'invalid-option', '2 terms'],
    ['letters alone', 'i1->i', [[2, 2]], 'invalid-option', 'letters'],
    ['one arrow', 'i->i->i', [[2]], 'invalid-option', 'one arrow'],
    ['known letters behind the arrow', 'i->j', [[2]], 'invalid-option', 'labels of the inputs'],
    ['letters once behind the arrow', 'i->ii', [[2]], 'invalid-option', 'once each'],
  ] as const)('asks for %s', (_what, equation, shapes, code, words) => {
    const tensors = shapes.map((shape, i) => float(`x${i}`, shape));
    expect(() => einsum(equation, ...tensors)).toThrow(
      expect.objectContaining({ code, message: expect.stringContaining(words) }),
    );
  });
});
