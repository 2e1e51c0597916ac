import { allocate, type Dim, type HostTensor, LimbeckError, sizeOf } from '@limbeck/core';
import { evaluateDim, showShape } from '../dims.js';
import type { Node, Operator, Value } from '../operator.js';
import type { InputAttributes } from '../ops/source.js';
import type { Tensor } from '../tensor.js';
import { bindNames } from './bind.js';
import { forwardInputs, topologicalOrder } from './order.js';

/**
 * Runs a graph in plain TypeScript, every float in float64: the oracle of gradient checks, the debugger, and the
 * executor where no runtime can be installed.
 *
 * @param outputs - tensors by name
 * @param feeds - a value for every input, by the input's name
 * @returns the values by name; float tensors come back as `float64` whatever their dtype
 * @throws LimbeckError `missing-signal` for an input without a value; `shape-mismatch`, `dtype-mismatch`
 */
export function interpret<Outputs extends { readonly [name: string]: Tensor }>(
  outputs: Outputs,
  feeds: { readonly [name: string]: HostTensor } = {},
): { readonly [Name in keyof Outputs]: HostTensor } {
  const order = topologicalOrder(Object.values(outputs), forwardInputs);
  const bindings = bindNames(order, feeds);
  const dim = (size: Dim): number => evaluateDim(size, bindings);
  const results = new Map<Node, readonly Value[]>();
  const readers = countReaders(order, Object.values(outputs));
  for (const node of order) {
    results.set(node, run(node, results, feeds, dim));
    // What nobody reads any more is let go, so a long graph holds no more than its widest part.
    for (const { node: read } of forwardInputs(node)) {
      const left = readers.get(read)! - 1;
      readers.set(read, left);
      if (left === 0) results.delete(read);
    }
  }
  return Object.fromEntries(
    Object.entries(outputs).map(([name, tensor]) => [
      name,
      toHost(results.get(tensor.node)![tensor.index]!),
    ]),
  ) as { readonly [Name in keyof Outputs]: HostTensor };
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
  feeds: { readonly [name: string]: HostTensor },
  dim: (size: Dim) => number,
): readonly Value[] {
  if (node.operator.name === 'input') {
    const feed = feeds[(node.attributes as InputAttributes).name]!;
    // A float64 that is fed where the graph says float32 counts as the latter.
    const { dtype } = node.outputs[0]!;
    return [
      { dtype, shape: feed.shape, data: Float64Array.from(feed.data as Iterable<number>, Number) },
    ];
  }
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

function toHost({ dtype, shape, data }: Value): HostTensor {
  if (dtype === 'float32' || dtype === 'float64') return { dtype: 'float64', shape, data };
  const out = allocate(dtype, data.length) as { [index: number]: number | bigint };
  data.forEach((value, i) => {
    out[i] = dtype === 'int64' ? BigInt(value) : value;
  });
  return { dtype, shape, data: out as unknown as HostTensor['data'] };
}
