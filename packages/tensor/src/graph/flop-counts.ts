import { type Dim, sizeOf } from '@limbeck/core';
import type { Node, Operator } from '../operator.js';
import type { SegmentAttributes } from '../ops/segment.js';
import type { WindowGeometry } from '../ops/windows.js';
import { makeNode } from '../tensor-base.js';
import { Tensor } from '../tensor.js';
import { input as inputOperator } from '../ops/source.js';
import { forwardInputs, topologicalOrder } from './order.js';

/** Shapes in numbers. */
interface Shapes {
  readonly inputs: readonly (readonly number[])[];
  readonly outputs: readonly (readonly number[])[];
}

type Count = (shapes: Shapes, node: Node) => number;

/** Gives the numbers of a shape. */
export type Bind = (shape: readonly Dim[]) => number[];

const none: Count = () => 0;
const perInput =
  (each: number): Count =>
  ({ inputs }) =>
    each * sizeOf(inputs[0]!);

/** Windows, times the elements of each, twice where they are multiplied and added. */
const perWindow =
  (each: number): Count =>
  ({ outputs }, { attributes }) =>
    each * sizeOf(outputs[0]!) * sizeOf((attributes as WindowGeometry).kernel);

const inner: Count = ({ inputs: [a], outputs: [out] }, { attributes }) => {
  const { transposeA } = attributes as { readonly transposeA: boolean };
  return 2 * sizeOf(out!) * a!.at(transposeA ? -2 : -1)!;
};

/** What differs from one operation an element of the first output. */
const counts: { readonly [operator: string]: Count } = {
  ...Object.fromEntries(
    [
      'input constant dimension iota reshape expand transpose concat slice unslice split flip triangle',
      'gather gatherRows takeAlong unfold1d unfold turnedKernel maxUnpool resizeMatrix',
      'stopGradient cast checkpoint barrier',
    ].flatMap((names) => names.split(' ').map((name) => [name, none])),
  ),
  matmul: inner,
  // Scaling and adding as it goes costs a product nothing.
  gemm: inner,
  affine: ({ inputs: [x], outputs: [out] }) => sizeOf(out!) * (2 * x![1]! + 1),
  conv1d: ({ inputs: [, weight], outputs: [out] }) => 2 * sizeOf(out!) * weight![1]! * weight![2]!,
  conv: ({ inputs: [, weight], outputs: [out] }) => 2 * sizeOf(out!) * sizeOf(weight!.slice(1)),
  convTranspose: ({ inputs: [x, weight] }) => 2 * sizeOf(x!) * sizeOf(weight!.slice(1)),
  maxPool: perWindow(1),
  averagePool: perWindow(1),
  // A line between two neighbours along each axis: two products and a sum.
  resize: ({ outputs: [out] }, { attributes }) =>
    (attributes as { readonly mode: string }).mode === 'nearest'
      ? 0
      : 3 * (out!.length - 2) * sizeOf(out!),
  sum: perInput(1),
  max: perInput(1),
  min: perInput(1),
  argMax: perInput(1),
  argMin: perInput(1),
  cumsum: perInput(1),
  fold1d: perInput(1),
  fold: perInput(1),
  scatterAddRows: perInput(1),
  scatterAddAlong: perInput(1),
  scatterOnto: ({ inputs: [, updates] }) => sizeOf(updates!),
  // Largest, difference, exponential, sum, quotient; for its logarithm the last two are a logarithm a row, a difference.
  softmax: perInput(5),
  logSoftmax: perInput(5),
  // Sum, difference, square, sum, three factors, one addition.
  layerNorm: perInput(8),
  batchNorm: perInput(8),
  // Square, sum, two factors.
  rmsNorm: perInput(4),
  // A factor and an addition.
  batchNormInference: perInput(2),
  // A factor and an addition an entry and column.
  sparseMatmul: ({ inputs: [, values], outputs: [out] }) => 2 * values![0]! * out![1]!,
  // An addition an entry and feature, those of the padding among them.
  segmentSum: ({ inputs: [rows, ...plan] }, { attributes }) => {
    const { buckets } = attributes as SegmentAttributes;
    const entries = plan.slice(0, buckets).reduce((total, bucket) => total + sizeOf(bucket), 0);
    return entries * sizeOf(rows!.slice(1));
  },
};

/** What an attribute holds that is a graph of its own. */
interface Inner {
  readonly results: readonly Tensor[];
}

/**
 * Floating-point operations of one node. An operator that is defined by an expression takes what that takes; a scan its step
 * for each element, a choice the dearer of its branches.
 */
export function nodeFlops(node: Node, bind: Bind): number {
  const { name, expand } = node.operator as Operator & {
    readonly expand?: (inputs: readonly Tensor[], attributes: object) => readonly Tensor[];
  };
  const inputs = forwardInputs(node);
  const shapes = {
    inputs: inputs.map(({ shape }) => bind(shape)),
    outputs: node.outputs.map(({ shape }) => bind(shape)),
  };
  const within = ({ results }: Inner): number => graphFlops(results, bind);
  if (name === 'scan') {
    const { body, carries } = node.attributes as { readonly body: Inner; readonly carries: number };
    return within(body) * shapes.inputs[carries]![0]!;
  }
  if (name === 'cond') {
    const branches = Object.values(node.attributes).filter(isInner);
    return Math.max(0, ...branches.map(within));
  }
  if (expand !== undefined) {
    const placeholders = inputs.map(
      ({ dtype, shape }, i) =>
        new Tensor(makeNode(inputOperator, [], { name: `${i}`, spec: { dtype, shape } })),
    );
    return graphFlops(expand(placeholders, node.attributes), bind);
  }
  return counts[name]?.(shapes, node) ?? sizeOf(shapes.outputs[0]!);
}

function isInner(value: unknown): value is Inner {
  return typeof value === 'object' && value !== null && 'results' in value;
}

function graphFlops(tensors: readonly Tensor[], bind: Bind): number {
  return topologicalOrder(tensors, forwardInputs).reduce(
    (total, node) => total + nodeFlops(node, bind),
    0,
  );
}

/** Whether an operator only moves elements, or makes some. */
export function onlyMoves(node: Node): boolean {
  return counts[node.operator.name] === none;
}
