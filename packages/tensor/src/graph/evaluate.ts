import { type Dim, LimbeckError, sizeOf } from '@limbeck/core';
import { showShape } from '../dims.js';
import type { Node, Operator, Value } from '../operator.js';
import type { Tensor } from '../tensor.js';
import { forwardInputs, topologicalOrder } from './order.js';

/**
 * Computes tensors in plain TypeScript.
 *
 * @param known - the values of the inputs, by their nodes
 * @param dim - the number that a size stands for
 * @returns one value for each tensor
 */
export function evaluate(
  tensors: readonly Tensor[],
  known: ReadonlyMap<Node, Value>,
  dim: (size: Dim) => number,
): readonly Value[] {
  const order = topologicalOrder(tensors, forwardInputs);
  const results = new Map<Node, readonly Value[]>();
  const readers = countReaders(order, tensors);
  for (const node of order) {
    const given = known.get(node);
    results.set(node, given === undefined ? run(node, results, dim) : [given]);
    // What nobody reads any more is let go, so a long graph holds no more than its widest part.
    for (const { node: read } of forwardInputs(node)) {
      const left = readers.get(read)! - 1;
      readers.set(read, left);
      if (left === 0) results.delete(read);
    }
  }
  return tensors.map(({ node, index }) => results.get(node)![index]!);
}

function countReaders(order: readonly Node[], outputs: readonly Tensor[]): Map<Node, number> {
  const readers = new Map<Node, number>();
  const read = ({ node }: Tensor): void => void readers.set(node, (readers.get(node) ?? 0) + 1);
  for (const node of order) forwardInputs(node).forEach(read);
  outputs.forEach(read);
  return readers;
}

function run(
  node: Node,
  results: ReadonlyMap<Node, readonly Value[]>,
  dim: (size: Dim) => number,
): readonly Value[] {
  const operator = node.operator as Operator;
  const specs = node.outputs.map(({ dtype, shape }) => ({ dtype, shape: shape.map(dim) }));
  const inputs = forwardInputs(node).map((tensor) => results.get(tensor.node)![tensor.index]!);
  const data = operator.evaluate(inputs, node.attributes, specs, dim);
  return specs.map((spec, index) => {
    const values = data[index]!;
    if (values.length !== sizeOf(spec.shape)) {
      throw new LimbeckError('shape-mismatch', {
        where: `interpret ${operator.name}${node.scope === '' ? '' : ` in ${node.scope}`}`,
        given: `${values.length} elements from inputs ${inputs.map(({ shape }) => showShape(shape)).join(' and ')}`,
        expected: `the elements of ${showShape(spec.shape)}`,
        next: 'Check the sizes of the tensors that were fed.',
      });
    }
    return { ...spec, data: values };
  });
}
