import {
  allocate,
  checkWhole,
  type Dim,
  type DType,
  type HostTensor,
  leaves,
  sizeOf,
} from '@limbeck/core';
import { evaluateDim } from '../dims.js';
import type { Node } from '../operator.js';
import type { InputAttributes } from '../ops/source.js';
import { isFloat } from '../ops/support.js';
import type { Tensor } from '../tensor.js';
import { type Bind, nodeFlops, onlyMoves } from './flop-counts.js';
import { liveBytes } from './live-bytes.js';
import { forwardInputs, topologicalOrder } from './order.js';
import { around } from './scopes.js';
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

/** What a part of a graph takes. */
export interface ScopeCost {
  /** Floating-point operations; a multiplication and an addition are two. */
  readonly flops: number;
  /** Numbers in the parameters that the part is the first to read. */
  readonly parameters: number;
  /** Bytes that its nodes read and write; what only gets another shape is not moved. */
  readonly bytesMoved: number;
  /** The most bytes that are alive at once while its nodes run, inputs and constants among them. */
  readonly peakBytes: number;
}

/** What a graph takes, in all and by part. */
export interface Cost extends ScopeCost {
  /** Nodes, inputs and constants left out. */
  readonly nodes: number;
  /** By scope: each holds what its own nodes and those of the scopes inside it take; `''` holds all. */
  readonly scopes: { readonly [scope: string]: ScopeCost };
}

/** Options of {@link cost}. */
export interface CostOptions {
  /** A number for every named size that the graph needs, such as `{ batch: 32 }`. @defaultValue none */
  readonly sizes?: { readonly [name: string]: number };
  /** Which inputs are parameters, by name. @defaultValue those of floats whose sizes are all numbers */
  readonly parameters?: (input: string) => boolean;
}

function binder(where: string, sizes: { readonly [name: string]: number }): Bind {
  const bindings = new Map(Object.entries(sizes));
  checkWhole(where, sizes, 0, 'Pass sizes as they are when the graph runs.');
  return (shape) => shape.map((dim: Dim) => evaluateDim(dim, bindings));
}

/**
 * Counts the floating-point operations of a graph as it would be written, after {@link simplify}. Products count
 * exactly, 2mnk; what works element by element counts one an element, also where that is an exponential; moving
 * elements counts nothing.
 *
 * @param outputs - tensors by name
 * @param sizes - a number for every named size that the graph needs, such as `{ batch: 32 }`
 * @throws LimbeckError `unknown-name` if a size has no number, `invalid-option` for one that is no whole number
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
  const bind = binder('flops', sizes);
  const operators: { [operator: string]: number } = {};
  const scopes: { [scope: string]: number } = { '': 0 };
  for (const node of topologicalOrder(Object.values(simplify(outputs)), forwardInputs)) {
    if (onlyMoves(node)) continue;
    const { name } = node.operator;
    const own = nodeFlops(node, bind);
    operators[name] = (operators[name] ?? 0) + own;
    for (const scope of around(node.scope)) scopes[scope] = (scopes[scope] ?? 0) + own;
  }
  return { total: scopes['']!, operators, scopes };
}

/** Operators that neither read nor write elements when they run. */
const still = new Set(['input', 'constant', 'dimension', 'reshape', 'stopGradient', 'checkpoint']);

/**
 * What a graph takes as it would be written, after {@link simplify}, and as it is run: node after node, each value let go
 * when its last reader is done, nothing written in place. What a runtime reuses beyond that makes it less.
 *
 * @param outputs - tensors by name
 * @throws LimbeckError `unknown-name` if a size has no number, `invalid-option` for one that is no whole number
 * @example
 * ```ts
 * import { cost, input } from '@limbeck/tensor';
 *
 * const x = input('x', { dtype: 'float32', shape: ['batch', 256] });
 * const w = input('w', { dtype: 'float32', shape: [256, 10] });
 * const { flops, parameters, bytesMoved } = cost({ y: x.matmul(w) }, { sizes: { batch: 32 } });
 * console.log(flops, parameters, bytesMoved); // 163840 2560 44288
 * ```
 */
export function cost(
  outputs: { readonly [name: string]: Tensor },
  options: CostOptions = {},
): Cost {
  const bind = binder('cost', options.sizes ?? {});
  const simple = Object.values(simplify(outputs));
  const order = topologicalOrder(simple, forwardInputs);
  const bytes = ({ dtype, shape }: { readonly dtype: DType; readonly shape: readonly Dim[] }) =>
    sizeOf(bind(shape)) * allocate(dtype, 1).byteLength;
  const live = liveBytes(order, simple, bytes);
  const totals = new Map<string, { -readonly [K in keyof ScopeCost]: number }>();
  const add = (scope: string, part: Partial<ScopeCost>): void => {
    for (const name of around(scope)) {
      const total = totals.get(name) ?? { flops: 0, parameters: 0, bytesMoved: 0, peakBytes: 0 };
      total.flops += part.flops ?? 0;
      total.parameters += part.parameters ?? 0;
      total.bytesMoved += part.bytesMoved ?? 0;
      total.peakBytes = Math.max(total.peakBytes, part.peakBytes ?? 0);
      totals.set(name, total);
    }
  };
  add('', {});
  const read = new Set<Node>();
  for (const node of order) {
    for (const { node: from } of forwardInputs(node)) {
      if (read.has(from) || !isParameter(from, options)) continue;
      read.add(from);
      add(node.scope, { parameters: sizeOf(bind(from.outputs[0]!.shape)) });
    }
    const moved = [...forwardInputs(node), ...node.outputs].map(bytes);
    add(node.scope, {
      flops: nodeFlops(node, bind),
      bytesMoved: still.has(node.operator.name) ? 0 : moved.reduce((a, b) => a + b, 0),
      peakBytes: live.get(node)!,
    });
  }
  const nodes = order.filter(({ operator: { name } }) => name !== 'input' && name !== 'constant');
  return { ...totals.get('')!, nodes: nodes.length, scopes: Object.fromEntries(totals) };
}

function isParameter({ operator, attributes }: Node, { parameters }: CostOptions): boolean {
  if (operator.name !== 'input') return false;
  const { name, spec } = attributes as InputAttributes;
  if (parameters !== undefined) return parameters(name);
  return isFloat(spec.dtype) && spec.shape.every((dim) => typeof dim === 'number');
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
