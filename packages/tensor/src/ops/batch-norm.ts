import { sizeOf, type Spec } from '@limbeck/core';
import type { Operator, Value } from '../operator.js';
import type { Tensor } from '../tensor.js';
import { channelsOf } from './windows.js';
import { checkDtype, checkSameDtype, float, floats, int, refuseShapes } from './support.js';

/** Attributes of the batch normalisations. */
export interface BatchNormAttributes {
  /** Added to the variance, so that the root of nothing is never divided by. */
  readonly epsilon: number;
}

function checkVectors(where: string, [x, ...vectors]: readonly Spec[]): void {
  checkDtype(where, x!, floats);
  checkSameDtype(where, [x!, ...vectors]);
  const rank = x!.shape.length;
  if (rank < 2) refuseShapes(where, [x!.shape], '[batch, channels, …]');
  const channels = channelsOf(where, x!, rank - 2);
  if (vectors.every(({ shape }) => shape.length === 1 && shape[0] === channels)) return;
  const shapes = [x!, ...vectors].map(({ shape }) => shape);
  refuseShapes(where, shapes, `[batch, ${channels}, …] and vectors [${channels}]`);
}

/** Calls back for every run of elements of one channel. */
function runs(x: Value, each: (from: number, to: number, channel: number) => void): void {
  const [batch, channels] = x.shape as [number, number];
  const plane = sizeOf(x.shape.slice(2));
  for (let row = 0; row < batch * channels; row++) {
    each(row * plane, (row + 1) * plane, row % channels);
  }
}

/** `[channels]` as `[channels, 1, …]`, which broadcasts over `[batch, channels, …]`. */
function beside(vector: Tensor, x: Tensor): Tensor {
  return vector.reshape([vector.shape[0]!, ...x.shape.slice(2).map(() => 1)]);
}

/** The sum over all axes but the channels': in two steps, which ONNX Runtime does faster than in one. */
function channelSum(x: Tensor): Tensor {
  const inner = x.shape.slice(2).map((_, i) => i + 2);
  return (inner.length === 0 ? x : x.sum(inner)).sum(0);
}

/** A channel's total over how many elements it has. */
function perElement(total: Tensor, x: Tensor): Tensor {
  let known = 1;
  let rest = total;
  x.shape.forEach((_, axis) => {
    const size = axis === 1 ? 1 : x.sizeOf(axis);
    // An empty batch's totals are 0, and stay 0.
    if (typeof size === 'number') known *= Math.max(size, 1);
    else rest = rest.div(size.maximum(1));
  });
  return rest.div(known);
}

/** A statistic of each channel, or 0 where there are no elements: it is NaN then, which 0 times it would be too. */
function orZero(statistic: Tensor, x: Tensor): Tensor {
  const elements = x.flatten().sizeOf(0);
  const zero = statistic.scalar(0);
  if (typeof elements !== 'number') return elements.greater(0).where(statistic, zero);
  return elements > 0 ? statistic : zero.expand(statistic.shape);
}

/** 1 / √(σ² + ε). */
function inverseRoot(variance: Tensor, epsilon: number): Tensor {
  return variance.scalar(1).div(variance.add(epsilon).sqrt());
}

/**
 * γ (x − μ) / √(σ² + ε) + β with the mean and the variance (divided by n) of each channel over all other axes, which are
 * the second and third output. Ioffe and Szegedy, "Batch Normalization", 2015.
 */
export const batchNorm: Operator<BatchNormAttributes> = {
  name: 'batchNorm',
  infer: (inputs) => {
    checkVectors('batchNorm', inputs);
    const [x, gamma] = inputs;
    return [x!, gamma!, gamma!];
  },
  evaluate: ([x, gamma, beta], { epsilon }) => {
    const channels = x!.shape[1]!;
    const count = x!.data.length / channels;
    const means = new Float64Array(channels);
    const variances = new Float64Array(channels);
    const y = new Float64Array(x!.data.length);
    runs(x!, (from, to, c) => {
      for (let i = from; i < to; i++) means[c]! += x!.data[i]!;
    });
    for (let c = 0; c < channels; c++) means[c]! /= count;
    runs(x!, (from, to, c) => {
      for (let i = from; i < to; i++) variances[c]! += (x!.data[i]! - means[c]!) ** 2;
    });
    for (let c = 0; c < channels; c++) variances[c]! /= count;
    runs(x!, (from, to, c) => {
      const scale = gamma!.data[c]! / Math.sqrt(variances[c]! + epsilon);
      for (let i = from; i < to; i++) y[i] = (x!.data[i]! - means[c]!) * scale + beta!.data[c]!;
    });
    return [y, means, variances];
  },
  gradient: ({ inputs: [x, gamma], outputs, upstream, attributes }) => {
    const [dy, dMean, dVariance] = upstream;
    const [mean, variance] = [orZero(outputs[1]!, x!), orZero(outputs[2]!, x!)];
    const inverse = inverseRoot(variance, attributes.epsilon);
    // dx = a dy + b (x − μ) + c, channel by channel: three passes over memory.
    let slope = dVariance === undefined ? undefined : perElement(dVariance.mul(2), x!);
    let shift = dMean === undefined ? undefined : perElement(dMean, x!);
    let through: Tensor | undefined;
    let dGamma: Tensor | undefined;
    let dBeta: Tensor | undefined;
    if (dy !== undefined) {
      dBeta = channelSum(dy);
      dGamma = channelSum(dy.mul(x!)).sub(mean.mul(dBeta)).mul(inverse);
      const scale = gamma!.mul(inverse);
      through = dy.mul(beside(scale, x!));
      slope = minus(slope, perElement(scale.mul(inverse).mul(dGamma), x!));
      shift = minus(shift, perElement(scale.mul(dBeta), x!));
    }
    const zeros = mean.scalar(0).expand(mean.shape);
    const line = x!.batchNormInference(
      slope ?? zeros,
      shift ?? zeros,
      mean,
      mean.scalar(1).expand(mean.shape),
      { epsilon: 0 },
    );
    return [through === undefined ? line : through.add(line), dGamma, dBeta];
  },
  // With a momentum of 0 what is said to be running statistics are those of this batch.
  lower: (emit, { epsilon }) => {
    const [x, gamma, beta] = emit.inputs as [string, string, string];
    // ONNX Runtime writes the statistics over the running ones it is given, even where those are inputs of the graph: it
    // gets numbers of its own to write on, which at momentum 0 count for nothing.
    const own = [emit.fresh(), emit.fresh()];
    emit.node('Sub', [beta, beta], [own[0]!]);
    emit.node('Sub', [gamma, gamma], [own[1]!]);
    emit.node('BatchNormalization', [x, gamma, beta, ...own], emit.outputs, {
      epsilon: float(epsilon),
      momentum: float(0),
      training_mode: int(1),
    });
  },
};

function minus(a: Tensor | undefined, b: Tensor): Tensor {
  return a === undefined ? b.neg() : a.sub(b);
}

/** γ (x − μ) / √(σ² + ε) + β with statistics that are given, `[channels]` each. */
export const batchNormInference: Operator<BatchNormAttributes> = {
  name: 'batchNormInference',
  infer: (inputs) => {
    checkVectors('batchNormInference', inputs);
    return [inputs[0]!];
  },
  evaluate: ([x, gamma, beta, mean, variance], { epsilon }) => {
    const y = new Float64Array(x!.data.length);
    runs(x!, (from, to, c) => {
      const scale = gamma!.data[c]! / Math.sqrt(variance!.data[c]! + epsilon);
      for (let i = from; i < to; i++) {
        y[i] = (x!.data[i]! - mean!.data[c]!) * scale + beta!.data[c]!;
      }
    });
    return [y];
  },
  gradient: ({ inputs: [x, gamma, , mean, variance], upstream: [dy], attributes }) => {
    const inverse = inverseRoot(variance!, attributes.epsilon);
    const scale = gamma!.mul(inverse);
    const total = channelSum(dy!);
    const covered = channelSum(dy!.mul(x!)).sub(mean!.mul(total));
    const byVariance = covered.mul(scale).mul(inverse.square()).mul(-0.5);
    return [
      dy!.mul(beside(scale, x!)),
      covered.mul(inverse),
      total,
      scale.mul(total).neg(),
      byVariance,
    ];
  },
  lower: (emit, { epsilon }) =>
    emit.node('BatchNormalization', emit.inputs, emit.outputs, { epsilon: float(epsilon) }),
};
