import { allocate, canonicalJson, type HostTensor, sizeOf } from '@limbeck/core';
import { sameShape } from '../dims.js';
import { constant } from '../functions.js';
import type { Node, Operator } from '../operator.js';
import type { ConstantAttributes } from '../ops/source.js';
import { broadcastShapes } from '../ops/support.js';
import { Tensor } from '../tensor.js';
import { interpret } from './interpret.js';
import { topologicalOrder } from './order.js';

/** Constants above this many elements are not computed ahead: the file would grow by what a node makes cheaply. */
const foldLimit = 4096;

/** Operators whose inputs broadcast, so that an expand before them is not needed. */
const broadcasting = new Set([
  'add',
  'sub',
  'mul',
  'div',
  'maximum',
  'minimum',
  'equal',
  'greater',
  'greaterOrEqual',
  'less',
  'lessOrEqual',
  'and',
  'or',
  'where',
]);

/**
 * The same outputs from fewer nodes: what nobody uses goes, equal expressions are one (equal to the bit), constants
 * are computed ahead, and what changes nothing (a stopGradient, + 0, · 1, a repeated reshape) is left out.
 */
export function simplify<Outputs extends { readonly [name: string]: Tensor }>(
  outputs: Outputs,
): Outputs {
  const rebuilt = new Map<Node, readonly Tensor[]>();
  const known = new Map<string, Node>();
  const numbers = new Map<Node, number>();
  for (const node of topologicalOrder(Object.values(outputs))) {
    const inputs = node.inputs.map((tensor) => rebuilt.get(tensor.node)![tensor.index]!);
    rebuilt.set(node, rebuild(node, inputs, known, numbers));
  }
  return Object.fromEntries(
    Object.entries(outputs).map(([name, tensor]) => [
      name,
      rebuilt.get(tensor.node)![tensor.index]!,
    ]),
  ) as Outputs;
}

function rebuild(
  node: Node,
  given: readonly Tensor[],
  known: Map<string, Node>,
  numbers: Map<Node, number>,
): readonly Tensor[] {
  const inputs = withoutExpands(node, given);
  // An unchanged node stays the same one: inputs and what is made of them can be mixed with the graph they came from.
  const unchanged = inputs.every(
    (tensor, i) => tensor.node === node.inputs[i]!.node && tensor.index === node.inputs[i]!.index,
  );
  const next = unchanged ? node : { ...node, inputs };
  if ((node.operator as Operator).transparent === true) return inputs.slice(0, node.outputs.length);
  const same = identity(node, inputs);
  if (same !== undefined) return [same];
  const folded = fold(next);
  if (folded !== undefined) return [unique(folded.node, known, numbers)[0]!];
  return unique(next, known, numbers);
}

/** The node of this meaning: one made before, if there is one. */
function unique(
  node: Node,
  known: Map<string, Node>,
  numbers: Map<Node, number>,
): readonly Tensor[] {
  const key = meaning(node, numbers);
  const found = known.get(key) ?? node;
  if (!numbers.has(found)) numbers.set(found, numbers.size);
  known.set(key, found);
  return found.outputs.map((_, index) => new Tensor(found, index));
}

function meaning({ operator, attributes, inputs }: Node, numbers: Map<Node, number>): string {
  const from = inputs.map((tensor) => `${numbers.get(tensor.node)!}.${tensor.index}`).join(',');
  if ((operator as Operator).opaque === true) {
    return `${operator.name}(${from})#${identityNumber(attributes)}`;
  }
  if (operator.name !== 'constant') return `${operator.name}(${from})${canonicalJson(attributes)}`;
  const { value } = attributes as unknown as ConstantAttributes;
  if (value.data.length > foldLimit) return `constant large ${identityNumber(value)}`;
  const bytes = new Uint8Array(value.data.buffer, value.data.byteOffset, value.data.byteLength);
  return `constant ${value.dtype} ${value.shape.join('x')} ${bytes.join(' ')}`;
}

const identities = new WeakMap<object, number>();
let nextIdentity = 0;

function identityNumber(value: object): number {
  const number = identities.get(value) ?? nextIdentity++;
  identities.set(value, number);
  return number;
}

/** Takes expands away in front of an operator that broadcasts anyway. */
function withoutExpands(node: Node, inputs: readonly Tensor[]): readonly Tensor[] {
  if (!broadcasting.has(node.operator.name)) return inputs;
  let result = inputs;
  inputs.forEach((tensor, i) => {
    if (tensor.node.operator.name !== 'expand') return;
    const trial = result.map((other, j) => (i === j ? tensor.node.inputs[0]! : other));
    const shape = broadcastShapes(node.operator.name, ...trial.map((input) => input.shape));
    if (sameShape(shape, node.outputs[0]!.shape)) result = trial;
  });
  return result;
}

function isScalarConstant(tensor: Tensor | undefined, value: number): boolean {
  if (tensor?.node.operator.name !== 'constant') return false;
  const host = (tensor.node.attributes as ConstantAttributes).value;
  return host.data.length === 1 && Number(host.data[0]) === value;
}

/** The tensor that a node merely repeats. */
function identity(node: Node, inputs: readonly Tensor[]): Tensor | undefined {
  const [a, b] = inputs;
  const out = node.outputs[0]!;
  const repeats = (tensor: Tensor): Tensor | undefined =>
    sameShape(tensor.shape, out.shape) ? tensor : undefined;
  switch (node.operator.name) {
    case 'reshape':
    case 'expand':
      return repeats(a!);
    case 'add':
      return isScalarConstant(b, 0)
        ? repeats(a!)
        : isScalarConstant(a, 0)
          ? repeats(b!)
          : undefined;
    case 'sub':
      return isScalarConstant(b, 0) ? repeats(a!) : undefined;
    case 'mul':
      return isScalarConstant(b, 1)
        ? repeats(a!)
        : isScalarConstant(a, 1)
          ? repeats(b!)
          : undefined;
    case 'div':
      return isScalarConstant(b, 1) ? repeats(a!) : undefined;
    default:
      return undefined;
  }
}

/** A node over small constants, computed. Floats are computed in float64 and rounded once. */
function fold(node: Node): Tensor | undefined {
  const { name } = node.operator as Operator;
  if (name === 'constant' || name === 'input' || node.outputs.length !== 1) return undefined;
  const { dtype, shape } = node.outputs[0]!;
  const sizes = shape.filter((dim) => typeof dim === 'number');
  const small = sizes.length === shape.length && sizeOf(sizes) <= foldLimit;
  const constants = node.inputs.every((tensor) => tensor.node.operator.name === 'constant');
  if (!small || !constants || name === 'dimension') return undefined;
  if (name === 'cast' && widens(node)) return undefined;
  const { value } = interpret({ value: new Tensor(node) });
  return constant(rounded(value, dtype));
}

/** Whether a cast makes several numbers larger: stored small, as int8 weights are, they should stay small. */
function widens({ inputs: [from], outputs: [to] }: Node): boolean {
  const { data } = (from!.node.attributes as ConstantAttributes).value;
  return data.length > 1 && data.byteLength < allocate(to!.dtype, data.length).byteLength;
}

function rounded(value: HostTensor, dtype: HostTensor['dtype']): HostTensor {
  if (value.dtype === dtype) return value;
  const data = allocate(dtype, value.data.length) as Float32Array;
  data.set(value.data as Float64Array);
  return { dtype, shape: value.shape, data };
}
