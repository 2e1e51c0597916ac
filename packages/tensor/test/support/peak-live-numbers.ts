import { sizeOf } from '@limbeck/core';
import { evaluateDim } from '../../src/dims.js';
import { forwardInputs, topologicalOrder } from '../../src/graph/order.js';
import type { Node } from '../../src/operator.js';
import type { Tensor } from '../../src/tensor.js';

/** The most numbers that are held at once while nodes run in order and what nobody reads any more is let go. */
export function peakLiveNumbers(
  outputs: { readonly [name: string]: Tensor },
  sizes: { readonly [name: string]: number },
): number {
  const bindings = new Map(Object.entries(sizes));
  const order = topologicalOrder(Object.values(outputs), forwardInputs);
  const numbersOf = (node: Node): number =>
    node.outputs.reduce(
      (total, { shape }) => total + sizeOf(shape.map((dim) => evaluateDim(dim, bindings))),
      0,
    );
  const readers = new Map<Node, number>();
  for (const { node } of [...order.flatMap(forwardInputs), ...Object.values(outputs)]) {
    readers.set(node, (readers.get(node) ?? 0) + 1);
  }
  let [live, peak] = [0, 0];
  for (const node of order) {
    live += numbersOf(node);
    peak = Math.max(peak, live);
    for (const { node: read } of forwardInputs(node)) {
      const left = readers.get(read)! - 1;
      readers.set(read, left);
      if (left === 0) live -= numbersOf(read);
    }
  }
  return peak;
}
