import { allocate, type HostTensor, sizeOf } from '@limbeck/core';
import { constant } from '../../functions.js';
import type { Node } from '../../operator.js';
import type { ConstantAttributes } from '../../ops/source.js';
import { Tensor } from '../../tensor.js';
import { interpret } from '../interpret.js';
import type { Pass } from '../rewrite.js';

/** Constants above this many elements are not computed ahead: the file would grow by what a node makes cheaply. */
export const foldLimit = 4096;

/** The value of a constant. */
export function constantOf(tensor: Tensor | undefined): HostTensor | undefined {
  if (tensor?.node.operator.name !== 'constant') return undefined;
  return (tensor.node.attributes as ConstantAttributes).value;
}

/** The number that a constant of one element holds. */
export function scalarOf(tensor: Tensor | undefined): number | undefined {
  const value = constantOf(tensor);
  return value?.data.length === 1 ? Number(value.data[0]) : undefined;
}

/**
 * Computes small constants ahead. Floats are computed in float64 and rounded once, where ONNX Runtime would round at each
 * node.
 */
export const constants: Pass = {
  name: 'constants',
  start: () => (node) => {
    const { name } = node.operator;
    if (name === 'constant' || name === 'input' || name === 'dimension') return undefined;
    if (node.outputs.length !== 1) return undefined;
    const { dtype, shape } = node.outputs[0]!;
    const sizes = shape.filter((dim) => typeof dim === 'number');
    if (sizes.length < shape.length || sizeOf(sizes) > foldLimit) return undefined;
    if (node.inputs.some((tensor) => tensor.node.operator.name !== 'constant')) return undefined;
    if (name === 'cast' && widens(node)) return undefined;
    const { value } = interpret({ value: new Tensor(node) });
    return [constant(rounded(value, dtype))];
  },
};

/** Whether a cast makes several numbers larger: stored small, as int8 weights are, they should stay small. */
function widens({ inputs: [from], outputs: [to] }: Node): boolean {
  const { data } = constantOf(from)!;
  return data.length > 1 && data.byteLength < allocate(to!.dtype, data.length).byteLength;
}

/** What the interpreter gave, in a float dtype again. */
export function rounded(value: HostTensor, dtype: HostTensor['dtype']): HostTensor {
  if (value.dtype === dtype) return value;
  const data = allocate(dtype, value.data.length) as Float32Array;
  data.set(value.data as Float64Array);
  return { dtype, shape: value.shape, data };
}
