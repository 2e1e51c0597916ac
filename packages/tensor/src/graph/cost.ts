import { type Dim, type HostTensor, leaves, sizeOf } from '@limbeck/core';
import { evaluateDim } from '../dims.js';
import type { Node } from '../operator.js';
import type { SegmentAttributes } from '../ops/segment.js';
import type { Tensor } from '../tensor.js';
import { forwardInputs, topologicalOrder } from './order.js';
import { simplify } from './simplify.js';

/** Floating-point operations, in all and by part. A multiplication and an addition are two. */
export interface Flops {
  /** All of them. */
  readonly total: number;
  /** By operator, such as `matmul`; operators that only move elements are left out. */
  readonly operators: { readonly [operator: string]: number };
  /** By scope: each holds what its own nodes and those of the scopes inside it take; `''` holds all. */
  readonly scopes: { readonly [scope: string]: number };
}

interface Shapes {
  readonly inputs: readonly (readonly number[])[];
  readonly outputs: readonly (readonly number[])[];
}

type Count = (shapes: Shapes, node: Node) => number;

const none: Count = () => 0;
const perInput =
  (each: number): Count =>
  ({ inputs }) =>
    each * sizeOf(inputs[0]!);

/** What differs from one operation an element of the output. */
const counts: { readonly [operator: string]: Count } = {
  ...Object.fromEntries(
    [
      'input constant dimension iota reshape expand transpose concat slice unslice',
      'gather gatherRows takeAlong unfold1d stopGradient cast',
    ].flatMap((names) => names.split(' ').map((name) => [name, none])),
  ),
  matmul: ({ inputs: [a], outputs: [out] }, { attributes }) => {
    const { transposeA } = attributes as { readonly transposeA: boolean };
    return 2 * sizeOf(out!) * a!.at(transposeA ? -2 : -1)!;
  },
  affine: ({ inputs: [x], outputs: [out] }) => sizeOf(out!) * (2 * x![1]! + 1),
  conv1d: ({ inputs: [, weight], outputs: [out] }) => 2 * sizeOf(out!) * weight![1]! * weight![2]!,
  sum: perInput(1),
  max: perInput(1),
  argMax: perInput(1),
  fold1d: perInput(1),
  scatterAddRows: perInput(1),
  scatterAddAlong: perInput(1),
  // Largest, difference, exponential, sum, quotient; for its logarithm the last two are a logarithm a row, a difference.
  softmax: perInput(5),
  logSoftmax: perInput(5),
  // Sum, difference, square, sum, three factors, one addition.
  layerNorm: perInput(8),
  // An addition an entry and feature, those of the padding among them.
  segmentSum: ({ inputs: [rows, ...plan] }, { attributes }) => {
    const { buckets } = attributes as SegmentAttributes;
    const entries = plan.slice(0, buckets).reduce((total, bucket) => total + sizeOf(bucket), 0);
    return entries * sizeOf(rows!.slice(1));
  },
};

/**
 * Counts the floating-point operations of a graph as it would be written, after {@link simplify}. Products count
 * exactly, 2mnk; what works element by element counts one an element, also where that is an exponential; moving
 * elements counts nothing.
 *
 * @param outputs - tensors by name
 * @param sizes - a number for every named size that the graph needs, such as `{ batch: 32 }`
 * @throws LimbeckError `unknown-name` if a size has no number
 * @example
 * ```ts
 * import { flops, input } from '@limbeck/tensor';
 *
 * const x = input('x', { dtype: 'float32', shape: ['batch', 256] });
 * const w = input('w', { dtype: 'float32', shape: [256, 10] });
 * console.log(flops({ y: x.matmul(w) }, { batch: 32 }).total); // 163840
 * ```
 */
export function flops(
  outputs: { readonly [name: string]: Tensor },
  sizes: { readonly [name: string]: number } = {},
): Flops {
  const bindings = new Map(Object.entries(sizes));
  const bound = ({ shape }: { readonly shape: readonly Dim[] }): number[] =>
    shape.map((dim) => evaluateDim(dim, bindings));
  const operators: { [operator: string]: number } = {};
  const scopes: { [scope: string]: number } = { '': 0 };
  for (const node of topologicalOrder(Object.values(simplify(outputs)), forwardInputs)) {
    const { name } = node.operator;
    const count = counts[name];
    if (count === none) continue;
    const shapes = { inputs: forwardInputs(node).map(bound), outputs: node.outputs.map(bound) };
    const own = count?.(shapes, node) ?? sizeOf(shapes.outputs[0]!);
    operators[name] = (operators[name] ?? 0) + own;
    for (const scope of around(node.scope)) scopes[scope] = (scopes[scope] ?? 0) + own;
  }
  return { total: scopes['']!, operators, scopes };
}

/**
 * How many numbers a tree of parameters holds, by scope: each holds what lies under its path; `''` holds all.
 *
 * @param parameters - a tree of tensors on the host, or of specs with numbers as sizes
 */
export function parameterCounts(parameters: object): { readonly [scope: string]: number } {
  const counted: { [scope: string]: number } = { '': 0 };
  for (const [path, { shape }] of leaves<HostTensor>(parameters)) {
    for (const scope of around(path)) counted[scope] = (counted[scope] ?? 0) + sizeOf(shape);
  }
  return counted;
}

/** A path and all that it lies in: `a/b`, `a` and `''`. */
function around(path: string): string[] {
  if (path === '') return [''];
  const parts = path.split('/');
  return ['', ...parts.map((_, i) => parts.slice(0, i + 1).join('/'))];
}
