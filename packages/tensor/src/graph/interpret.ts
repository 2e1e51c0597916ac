import { allocate, type Dim, type HostTensor } from '@limbeck/core';
import { checkNamedTensors } from '../check-tensors.js';
import { evaluateDim } from '../dims.js';
import type { Node, Value } from '../operator.js';
import type { InputAttributes } from '../ops/source.js';
import type { Tensor } from '../tensor.js';
import { bindNames } from './bind.js';
import { evaluate } from './evaluate.js';
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
  checkNamedTensors('interpret', outputs, 'output');
  const order = topologicalOrder(Object.values(outputs), forwardInputs);
  const bindings = bindNames(order, feeds);
  const dim = (size: Dim): number => evaluateDim(size, bindings);
  const known = new Map<Node, Value>();
  for (const node of order) {
    if (node.operator.name !== 'input') continue;
    const { shape, data } = feeds[(node.attributes as InputAttributes).name]!;
    // A float64 that is fed where the graph says float32 counts as the latter.
    const { dtype } = node.outputs[0]!;
    known.set(node, { dtype, shape, data: Float64Array.from(data as Iterable<number>, Number) });
  }
  const names = Object.keys(outputs);
  const values = evaluate(Object.values(outputs), known, dim);
  return Object.fromEntries(names.map((name, i) => [name, toHost(values[i]!)])) as {
    readonly [Name in keyof Outputs]: HostTensor;
  };
}

/** A value of the interpreter as it is given out: floats as `float64`, whole numbers in their own dtype. */
export function toHost({ dtype, shape, data }: Value): HostTensor {
  if (dtype === 'float32' || dtype === 'float64') return { dtype: 'float64', shape, data };
  const out = allocate(dtype, data.length) as { [index: number]: number | bigint };
  data.forEach((value, i) => {
    out[i] = dtype === 'int64' ? BigInt(value) : value;
  });
  return { dtype, shape, data: out as unknown as HostTensor['data'] };
}
