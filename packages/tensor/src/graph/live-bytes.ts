import type { Spec } from '@limbeck/core';
import type { Node } from '../operator.js';
import type { Tensor } from '../tensor.js';
import { forwardInputs } from './order.js';

/** Operators whose output is their input's memory under another shape. */
const aliases = new Set(['reshape', 'stopGradient', 'checkpoint']);

/** Where a node's output lies: its own memory, or that of what it only shows in another shape. */
function storageOf({ node, index }: Tensor): { readonly node: Node; readonly index: number } {
  let [at, which] = [node, index];
  while (aliases.has(at.operator.name)) {
    const [from] = at.inputs;
    which = from!.index;
    at = from!.node;
  }
  return { node: at, index: which };
}

/**
 * The bytes that are alive while each node runs, in this order: inputs and constants throughout, everything else from when it
 * is made until its last reader is done, outputs to the end.
 *
 * @param bytes - the size of a tensor
 */
export function liveBytes(
  order: readonly Node[],
  outputs: readonly Tensor[],
  bytes: (spec: Spec) => number,
): Map<Node, number> {
  const readers = new Map<string, number>();
  const numbers = new Map(order.map((node, i) => [node, i]));
  const keyOf = (tensor: Tensor): string => {
    const { node, index } = storageOf(tensor);
    return `${numbers.get(node)!}.${index}`;
  };
  const read = (tensor: Tensor, by: number): number => {
    const key = keyOf(tensor);
    const left = (readers.get(key) ?? 0) + by;
    readers.set(key, left);
    return left;
  };
  for (const node of order) {
    for (const tensor of forwardInputs(node)) read(tensor, 1);
  }
  for (const tensor of outputs) read(tensor, 1);
  const isFed = ({ operator: { name } }: Node): boolean => name === 'input' || name === 'constant';
  const all = ({ outputs: made }: Node): number => made.reduce((sum, spec) => sum + bytes(spec), 0);
  let alive = order.filter(isFed).reduce((sum, node) => sum + all(node), 0);
  const peaks = new Map<Node, number>();
  for (const [i, node] of order.entries()) {
    const makes = !isFed(node) && !aliases.has(node.operator.name);
    if (makes) alive += all(node);
    peaks.set(node, alive);
    for (const tensor of forwardInputs(node)) {
      const { node: from, index } = storageOf(tensor);
      if (read(tensor, -1) === 0 && !isFed(from)) alive -= bytes(from.outputs[index]!);
    }
    // What nobody reads is gone as soon as it is made.
    if (makes) {
      node.outputs.forEach((spec, index) => {
        if ((readers.get(`${i}.${index}`) ?? 0) === 0) alive -= bytes(spec);
      });
    }
  }
  return peaks;
}
