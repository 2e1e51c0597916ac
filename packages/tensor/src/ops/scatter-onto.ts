import { sameDim, sameShape } from '../dims.js';
import type { Operator } from '../operator.js';
import { checkIndex } from './index-ops.js';
import {
  checkDtype,
  checkSameDtype,
  floats,
  frontAxis,
  int,
  refuseShapes,
  stridesOf,
  walk,
} from './support.js';

/** Attributes of {@link scatterOnto}. */
export interface ScatterOntoAttributes {
  /** The axis along which the indices count. */
  readonly axis: number;
}

/** A tensor with elements `[…, m, …]` added at their indices `[…, m, …]` along an axis. */
export const scatterOnto: Operator<ScatterOntoAttributes> = {
  name: 'scatterOnto',
  infer: ([base, updates, indices], { axis }) => {
    checkDtype('scatterOnto', base!, floats);
    checkSameDtype('scatterOnto', [base!, updates!]);
    checkDtype('scatterOnto', indices!, ['int64', 'int32']);
    frontAxis('scatterOnto', axis, base!.shape.length);
    const fits =
      sameShape(updates!.shape, indices!.shape) &&
      updates!.shape.length === base!.shape.length &&
      updates!.shape.every((dim, other) => other === axis || sameDim(dim, base!.shape[other]!));
    if (!fits) {
      const shapes = [base!.shape, updates!.shape, indices!.shape];
      refuseShapes('scatterOnto', shapes, `shapes that differ at axis ${axis} alone`);
    }
    return [base!];
  },
  evaluate: ([base, updates, indices], { axis }) => {
    const result = Float64Array.from(base!.data);
    const strides = stridesOf(base!.shape);
    const steps = strides.map((stride, other) => (other === axis ? 0 : stride));
    const starts = walk(indices!.shape, steps);
    indices!.data.forEach((index, i) => {
      checkIndex('scatterOnto', index, base!.shape[axis]!);
      result[starts[i]! + index * strides[axis]!]! += updates!.data[i]!;
    });
    return [result];
  },
  gradient: ({ inputs: [, , indices], upstream: [dy], attributes: { axis } }) => [
    dy!,
    dy!.gatherAlong(axis, indices!),
    undefined,
  ],
  // ScatterElements adds in one order at any number of threads; ScatterND would not.
  lower: (emit, { axis }) => {
    const [base, updates, indices] = emit.inputs as [string, string, string];
    emit.node('ScatterElements', [base, indices, updates], emit.outputs, {
      axis: int(axis),
      reduction: { string: 'add' },
    });
  },
};
