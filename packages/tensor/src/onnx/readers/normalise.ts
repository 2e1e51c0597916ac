import type { Dim } from '@limbeck/core';
import { multiplyDims } from '../../dims.js';
import { layerNorm } from '../../ops/normalise.js';
import { rmsNorm } from '../../ops/rms-norm.js';
import type { Tensor } from '../../tensor.js';
import type { Read, Reader, ReadNode } from './read-node.js';

interface Rows {
  readonly rows: Tensor;
  readonly width: Dim;
  readonly back: (y: Tensor) => Tensor;
  readonly statistic: (s: Tensor) => Tensor;
}

/** The axes from `axis` on as one, which is normalised over. */
function rowsOf(x: Tensor, axis: number): Rows {
  const [lead, rest] = [x.shape.slice(0, axis), x.shape.slice(axis)];
  const width = multiplyDims(...rest);
  return {
    rows: x.reshape([...lead, width]),
    width,
    back: (y) => y.reshape(x.shape),
    statistic: (s) => s.reshape([...lead, ...rest.map(() => 1)]),
  };
}

/** γ or β as the flat vector that our operators take: of `width`, repeated where it broadcasts. */
function flat(x: Tensor, width: Dim, shape: readonly Dim[]): Tensor {
  const wide =
    x.shape.length === shape.length
      ? x
      : x.reshape([...shape.slice(0, -x.shape.length).map(() => 1), ...x.shape]);
  return wide.expand(shape).reshape([width]);
}

function layerNormalization(node: ReadNode): Read {
  const x = node.tensor(0);
  const axis = node.axis(-1, x.shape.length);
  const { rows, width, back, statistic } = rowsOf(x, axis);
  const shape = x.shape.slice(axis);
  const gamma = flat(node.tensor(1), width, shape);
  const beta = node.has(2) ? flat(node.tensor(2), width, shape) : gamma.scalar(0).expand([width]);
  const epsilon = node.float('epsilon', 1e-5);
  const [y, mean, scale] = node.make(layerNorm, [rows, gamma, beta], { epsilon });
  return [back(y!), statistic(mean!), statistic(scale!)];
}

function rmsNormalization(node: ReadNode): Read {
  const x = node.tensor(0);
  const axis = node.axis(-1, x.shape.length);
  const { rows, width, back, statistic } = rowsOf(x, axis);
  const gamma = flat(node.tensor(1), width, x.shape.slice(axis));
  const [y, scale] = node.make(rmsNorm, [rows, gamma], { epsilon: node.float('epsilon', 1e-5) });
  return [back(y!), statistic(scale!)];
}

/** A residual sum, normalised; outputs 1 and 2 are statistics that inference leaves out, 3 is the sum. */
const skip =
  (isRms: boolean): Reader =>
  (node) => {
    let x = node.tensor(0).add(node.tensor(1));
    const bias = isRms ? 3 : 4;
    if (node.has(bias)) x = x.add(node.tensor(bias));
    const gamma = node.tensor(2);
    const epsilon = node.float('epsilon', isRms ? 1e-6 : 1e-12);
    if (isRms) return [x.rmsNorm(gamma, epsilon), undefined, undefined, x];
    const beta = node.has(3) ? node.tensor(3) : gamma.scalar(0).expand(gamma.shape);
    return [x.layerNorm(gamma, beta, epsilon), undefined, undefined, x];
  };

/** A vector of channels against `[batch, channels, …spatial]`. */
function perChannel(vector: Tensor, x: Tensor): Tensor {
  return vector.reshape([vector.shape[0]!, ...x.shape.slice(2).map(() => 1)]);
}

function batchNormalization(node: ReadNode): Read {
  const [x, gamma, beta] = [node.tensor(0), node.tensor(1), node.tensor(2)];
  const [mean, variance] = [node.tensor(3), node.tensor(4)];
  const epsilon = node.float('epsilon', 1e-5);
  const momentum = node.float('momentum', 0.9);
  if (!node.environment.training && node.int('training_mode', 0) === 0) {
    return [x.batchNormInference(gamma, beta, mean, variance, { epsilon })];
  }
  const batch = x.batchNorm(gamma, beta, { epsilon });
  const next = (running: Tensor, now: Tensor): Tensor =>
    running.mul(momentum).add(now.stopGradient().mul(1 - momentum));
  const [nextMean, nextVariance] = [next(mean, batch.mean), next(variance, batch.variance)];
  node.environment.update(node.proto.input[3]!, nextMean);
  node.environment.update(node.proto.input[4]!, nextVariance);
  return [batch.y, nextMean, nextVariance];
}

/** Over the given axes: (x − μ) / √(σ² + ε). */
function standardised(x: Tensor, axes: readonly number[], epsilon: number): Tensor {
  const centred = x.sub(x.mean(axes, { keep: true }));
  const variance = centred.square().mean(axes, { keep: true });
  return centred.div(variance.add(epsilon).sqrt());
}

function instanceNormalization(node: ReadNode): Read {
  const x = node.tensor(0);
  const axes = x.shape.slice(2).map((_, i) => i + 2);
  const y = standardised(x, axes, node.float('epsilon', 1e-5));
  return [y.mul(perChannel(node.tensor(1), x)).add(perChannel(node.tensor(2), x))];
}

function groupNormalization(node: ReadNode): Read {
  const [x, gamma, beta] = [node.tensor(0), node.tensor(1), node.tensor(2)];
  const groups = node.int('num_groups', 1);
  const epsilon = node.float('epsilon', 1e-5);
  const channels = x.shape[1]!;
  // Up to opset 20 scale and bias have one number a group.
  const isWhole = gamma.shape[0] === channels;
  const each = typeof channels === 'number' ? channels / groups : 1;
  const wide = (vector: Tensor): Tensor =>
    isWhole ? vector : vector.reshape([groups, 1]).expand([groups, each]).reshape([channels]);
  return [x.groupNorm(groups, wide(gamma), wide(beta), epsilon)];
}

function lpNormalization(node: ReadNode): Read {
  const x = node.tensor(0);
  const axis = node.axis(-1, x.shape.length);
  const order = node.int('p', 2) === 1 ? 1 : 2;
  const norm = x.norm(axis, { order, keep: true });
  // A row of zeros stays one.
  return [x.div(norm.equal(0).cast(x.dtype).add(norm))];
}

function meanVariance(node: ReadNode): Read {
  const x = node.tensor(0);
  const axes = (node.ints('axes') ?? [0, 2, 3]).map((axis) => node.inRank(axis, x.shape.length));
  return [standardised(x, axes, 1e-9)];
}

/** Readers of the normalisations. */
export const normaliseReaders: { readonly [type: string]: Reader } = {
  LayerNormalization: layerNormalization,
  RMSNormalization: rmsNormalization,
  SimplifiedLayerNormalization: rmsNormalization,
  'com.microsoft.SkipLayerNormalization': skip(false),
  'com.microsoft.SkipSimplifiedLayerNormalization': skip(true),
  BatchNormalization: batchNormalization,
  InstanceNormalization: instanceNormalization,
  GroupNormalization: groupNormalization,
  LpNormalization: lpNormalization,
  MeanVarianceNormalization: meanVariance,
};
