import { sizeOf, type Spec } from '@limbeck/core';
import type { Operator } from '../operator.js';
import { checkDtype, floats, int, int64s, ints, refuseShapes } from './support.js';

/** Attributes of {@link turnedKernel}. */
export interface TurnedKernelAttributes {
  /** How many groups the channels fall into. */
  readonly groups: number;
}

interface Sizes {
  readonly outputs: number;
  readonly inputs: number;
  readonly elements: number;
}

/** The sizes of one group. @throws LimbeckError `shape-mismatch` */
function sizesOf({ shape }: Spec, groups: number): Sizes {
  const sizes = shape.filter((dim) => typeof dim === 'number');
  if (shape.length < 3 || sizes.length < shape.length || sizes[0]! % groups !== 0) {
    refuseShapes('turnedKernel', [shape], `[out, in, …kernel] in numbers, out in ${groups} groups`);
  }
  const [outputs, inputs, ...kernel] = sizes as [number, number, ...number[]];
  return { outputs: outputs / groups, inputs, elements: sizeOf(kernel) };
}

/**
 * Weights `[out, in/groups, …kernel]` with inputs and outputs exchanged, `[in, out/groups, …kernel]`, each kernel turned
 * by 180°: a convolution with these is the adjoint of one with those. Done twice it changes nothing.
 */
export const turnedKernel: Operator<TurnedKernelAttributes> = {
  name: 'turnedKernel',
  infer: ([weight], { groups }) => {
    checkDtype('turnedKernel', weight!, floats);
    const { outputs, inputs } = sizesOf(weight!, groups);
    return [{ dtype: weight!.dtype, shape: [inputs * groups, outputs, ...weight!.shape.slice(2)] }];
  },
  evaluate: ([weight], { groups }) => {
    const { outputs, inputs, elements } = sizesOf(weight!, groups);
    const result = new Float64Array(weight!.data.length);
    for (let g = 0, from = 0; g < groups; g++) {
      for (let o = 0; o < outputs; o++) {
        for (let i = 0; i < inputs; i++) {
          const to = ((g * inputs + i) * outputs + o) * elements;
          for (let k = elements - 1; k >= 0; k--) result[to + k] = weight!.data[from++]!;
        }
      }
    }
    return [result];
  },
  gradient: ({ upstream: [dy], attributes: { groups } }) => [dy!.turnedKernel(groups)],
  lower: (emit, { groups }) => {
    const { outputs, inputs, elements } = sizesOf(emit.inputSpecs[0]!, groups);
    const [apart, swapped, flat] = [emit.fresh(), emit.fresh(), emit.fresh()];
    const whole = { allowzero: int(1) };
    const grouped = emit.constant(int64s([groups, outputs, inputs, elements]));
    emit.node('Reshape', [emit.inputs[0]!, grouped], [apart], whole);
    emit.node('Transpose', [apart], [swapped], { perm: ints([0, 2, 1, 3]) });
    const backwards = Array.from({ length: elements }, (_, k) => elements - 1 - k);
    emit.node('Gather', [swapped, emit.constant(int64s(backwards))], [flat], { axis: int(3) });
    emit.node('Reshape', [flat, emit.shape(emit.outputSpecs[0]!.shape)], emit.outputs, whole);
  },
};
