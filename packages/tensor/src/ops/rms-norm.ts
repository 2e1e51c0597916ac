import { hostTensor, sizeOf } from '@limbeck/core';
import { sameDim } from '../dims.js';
import type { Operator } from '../operator.js';
import type { Tensor } from '../tensor.js';
import {
  checkDtype,
  checkSameDtype,
  float,
  floats,
  int,
  int64s,
  passing,
  refuseShapes,
} from './support.js';

/** Attributes of {@link rmsNorm}. */
export interface RmsNormAttributes {
  readonly epsilon: number;
}

/**
 * γ x / √(mean x² + ε) over the last axis; the second output is 1 / √(mean x² + ε).
 * Zhang and Sennrich, "Root Mean Square Layer Normalization", 2019.
 */
export const rmsNorm: Operator<RmsNormAttributes> = {
  name: 'rmsNorm',
  infer: ([x, gamma]) => {
    checkDtype('rmsNorm', x!, floats);
    checkSameDtype('rmsNorm', [x!, gamma!]);
    const width = x!.shape.at(-1);
    const fits =
      gamma!.shape.length === 1 && width !== undefined && sameDim(gamma!.shape[0]!, width);
    if (!fits) refuseShapes('rmsNorm', [x!.shape, gamma!.shape], '[…, width] and [width]');
    return [x!, { dtype: x!.dtype, shape: [...x!.shape.slice(0, -1), 1] }];
  },
  evaluate: ([x, gamma], { epsilon }) => {
    const width = gamma!.data.length;
    const y = new Float64Array(x!.data.length);
    const scales = new Float64Array(sizeOf(x!.shape.slice(0, -1)));
    scales.forEach((_, row) => {
      const part = x!.data.subarray(row * width, (row + 1) * width);
      const mean = part.reduce((total, value) => total + value * value, 0) / width;
      scales[row] = 1 / Math.sqrt(mean + epsilon);
      part.forEach((value, i) => {
        y[row * width + i] = value * scales[row]! * gamma!.data[i]!;
      });
    });
    return [y, scales];
  },
  gradient: ({ inputs: [x, gamma], outputs: [, scale], upstream: [dy, dScale] }) => {
    const scaled = x!.mul(scale!);
    let dx: Tensor | undefined;
    let dGamma: Tensor | undefined;
    if (dy !== undefined) {
      const inner = dy.mul(gamma!);
      const along = inner.mul(scaled).mean(-1, { keep: true });
      dx = inner.sub(scaled.mul(along)).mul(scale!);
      dGamma = dy.mul(scaled).sumTo(gamma!.shape);
    }
    // By the second output, which matters to gradients of gradients alone.
    if (dScale !== undefined) {
      const more = scaled.mul(scale!.square()).mul(dScale).div(x!.sizeOf(-1)).neg();
      dx = dx === undefined ? more : dx.add(more);
    }
    return [dx, dGamma];
  },
  lower: (emit, { epsilon }) => {
    const [x, gamma] = emit.inputs as [string, string];
    if (!emit.portable) {
      // ONNX Runtime keeps this one under the standard's name; the standard has RMSNormalization from opset 23 on.
      return emit.node('SimplifiedLayerNormalization', [x, gamma], emit.outputs, {
        axis: int(-1),
        epsilon: float(epsilon),
        stash_type: int(1),
      });
    }
    const { dtype } = emit.outputSpecs[0]!;
    const pass = passing(emit);
    const mean = pass('ReduceMean', [pass('Mul', [x, x]), emit.constant(int64s([-1]))]);
    const small = emit.constant(hostTensor(dtype, [], [epsilon]));
    const root = pass('Sqrt', [pass('Add', [mean, small])]);
    emit.node('Reciprocal', [root], [emit.outputs[1]!]);
    emit.node('Mul', [pass('Mul', [x, emit.outputs[1]!]), gamma], [emit.outputs[0]!]);
  },
};
