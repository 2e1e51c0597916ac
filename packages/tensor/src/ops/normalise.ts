import { sizeOf } from '@limbeck/core';
import { sameDim } from '../dims.js';
import type { Operator, Value } from '../operator.js';
import type { Tensor } from '../tensor.js';
import { checkDtype, checkSameDtype, float, floats, int, refuseShapes } from './support.js';

/** Calls back for every row of the last axis: its offset and its length. */
function rows(x: Value, each: (offset: number, length: number, row: number) => void): void {
  const length = x.shape.at(-1) ?? 1;
  for (let row = 0; row * length < x.data.length; row++) each(row * length, length, row);
}

function logSumExp(data: Float64Array, offset: number, length: number): number {
  let largest = -Infinity;
  for (let i = 0; i < length; i++) largest = Math.max(largest, data[offset + i]!);
  if (largest === -Infinity) return largest;
  let total = 0;
  for (let i = 0; i < length; i++) total += Math.exp(data[offset + i]! - largest);
  return largest + Math.log(total);
}

/** The distribution e^x / Σ e^x over the last axis. */
export const softmax: Operator = {
  name: 'softmax',
  infer: ([x]) => {
    checkDtype('softmax', x!, floats);
    if (x!.shape.length === 0) refuseShapes('softmax', [x!.shape], 'at least one axis');
    return [x!];
  },
  evaluate: ([x]) => {
    const y = new Float64Array(x!.data.length);
    rows(x!, (offset, length) => {
      const whole = logSumExp(x!.data, offset, length);
      for (let i = 0; i < length; i++) y[offset + i] = Math.exp(x!.data[offset + i]! - whole);
    });
    return [y];
  },
  gradient: ({ outputs: [y], upstream: [dy] }) => [
    y!.mul(dy!.sub(dy!.mul(y!).sum(-1, { keep: true }))),
  ],
  lower: (emit) => emit.node('Softmax', emit.inputs, emit.outputs, { axis: int(-1) }),
};

/** The logarithm of {@link softmax}, finite where softmax itself would underflow. */
export const logSoftmax: Operator = {
  name: 'logSoftmax',
  infer: ([x]) => {
    checkDtype('logSoftmax', x!, floats);
    if (x!.shape.length === 0) refuseShapes('logSoftmax', [x!.shape], 'at least one axis');
    return [x!];
  },
  evaluate: ([x]) => {
    const y = new Float64Array(x!.data.length);
    rows(x!, (offset, length) => {
      const whole = logSumExp(x!.data, offset, length);
      for (let i = 0; i < length; i++) y[offset + i] = x!.data[offset + i]! - whole;
    });
    return [y];
  },
  gradient: ({ outputs: [y], upstream: [dy] }) => [
    dy!.sub(y!.exp().mul(dy!.sum(-1, { keep: true }))),
  ],
  lower: (emit) => emit.node('LogSoftmax', emit.inputs, emit.outputs, { axis: int(-1) }),
};

/** Attributes of {@link layerNorm}. */
export interface LayerNormAttributes {
  readonly epsilon: number;
}

/**
 * γ (x − μ) / √(σ² + ε) + β over the last axis; the second and third outputs are μ and 1 / √(σ² + ε).
 * Ba, Kiros and Hinton, "Layer Normalization", 2016.
 */
export const layerNorm: Operator<LayerNormAttributes> = {
  name: 'layerNorm',
  infer: ([x, gamma, beta]) => {
    checkDtype('layerNorm', x!, floats);
    checkSameDtype('layerNorm', [x!, gamma!, beta!]);
    const width = x!.shape.at(-1);
    const fits = [gamma!, beta!].every(
      ({ shape }) => shape.length === 1 && width !== undefined && sameDim(shape[0]!, width),
    );
    if (!fits) {
      refuseShapes(
        'layerNorm',
        [x!.shape, gamma!.shape, beta!.shape],
        '[…, width], [width], [width]',
      );
    }
    const statistic = { dtype: x!.dtype, shape: [...x!.shape.slice(0, -1), 1] };
    return [x!, statistic, statistic];
  },
  evaluate: ([x, gamma, beta], { epsilon }) => {
    const y = new Float64Array(x!.data.length);
    const count = sizeOf(x!.shape.slice(0, -1));
    const means = new Float64Array(count);
    const scales = new Float64Array(count);
    rows(x!, (offset, length, row) => {
      const part = x!.data.subarray(offset, offset + length);
      const mean = part.reduce((a, b) => a + b, 0) / length;
      const variance = part.reduce((total, value) => total + (value - mean) ** 2, 0) / length;
      const scale = 1 / Math.sqrt(variance + epsilon);
      for (let i = 0; i < length; i++) {
        y[offset + i] = (part[i]! - mean) * scale * gamma!.data[i]! + beta!.data[i]!;
      }
      means[row] = mean;
      scales[row] = scale;
    });
    return [y, means, scales];
  },
  gradient: ({ inputs: [x, gamma], outputs: [, mean, scale], upstream: [dy, dMean, dScale] }) => {
    const centred = x!.sub(mean!).mul(scale!);
    const average = { keep: true };
    // By the three outputs in turn; the last two matter to gradients of gradients alone.
    let dx: Tensor | undefined;
    let dGamma: Tensor | undefined;
    let dBeta: Tensor | undefined;
    const add = (more: Tensor): void => {
      dx = dx === undefined ? more : dx.add(more);
    };
    if (dy !== undefined) {
      const inner = dy.mul(gamma!);
      const m1 = inner.mean(-1, average);
      const m2 = inner.mul(centred).mean(-1, average);
      add(inner.sub(m1).sub(centred.mul(m2)).mul(scale!));
      dGamma = dy.mul(centred).sumTo(gamma!.shape);
      dBeta = dy.sumTo(gamma!.shape);
    }
    const width = x!.sizeOf(-1);
    if (dMean !== undefined) add(dMean.div(width).expand(x!.shape));
    if (dScale !== undefined) add(centred.mul(scale!.square()).mul(dScale).div(width).neg());
    return [dx, dGamma, dBeta];
  },
  lower: (emit, { epsilon }) =>
    emit.node('LayerNormalization', emit.inputs, emit.outputs, {
      axis: int(-1),
      epsilon: float(epsilon),
    }),
};
