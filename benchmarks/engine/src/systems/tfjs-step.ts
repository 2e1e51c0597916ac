import { leaves, type HostTensor } from '@limbeck/core';
import * as tf from '@tensorflow/tfjs';
import { version_wasm as version } from '@tensorflow/tfjs-backend-wasm';
import type { System, SystemOptions } from '../protocol.js';
import { adamw, batchCount, normEpsilon, type Sizes } from '../sizes.js';
import { type Batch, batches, startWeights } from '../start.js';

type Weights = { readonly [path: string]: tf.Tensor };

/**
 * The step of TensorFlow.js on its WASM backend, which is set up already. It has no gradient of a gather: rows are found
 * by a product with one-hot rows.
 *
 * @param runsOn - how the backend was set up, in words
 */
export function tfjsStep({ sizes, lookup, clip }: SystemOptions, runsOn: string): System {
  if (lookup === 'gather') throw new Error('The WASM backend of tfjs has no UnsortedSegmentSum.');
  const start = leaves<HostTensor>(startWeights(sizes));
  const variables: { [path: string]: tf.Variable } = {};
  const moments: { [path: string]: { first: tf.Variable; second: tf.Variable } } = {};
  for (const [name, { shape, data }] of start) {
    variables[name] = tf.variable(tf.tensor(data as Float32Array, [...shape]), true, name);
    const zeros = (): tf.Variable => tf.variable(tf.zeros([...shape]), false);
    moments[name] = { first: zeros(), second: zeros() };
  }
  const fed = batches(sizes, batchCount);
  let done = 0;
  return {
    version,
    runsOn,
    step: async () => {
      const batch = fed[done++ % fed.length]!;
      const loss = tf.tidy(() => {
        const { value, grads } = tf.variableGrads(
          () => lossOf(variables, batch, sizes),
          Object.values(variables),
        );
        update(variables, moments, clip === undefined ? grads : clipped(grads, clip), done);
        return value;
      });
      const [value] = await loss.data();
      loss.dispose();
      return value!;
    },
  };
}

/**
 * The product of two matrices. The backend's fast kernel takes no transposed operands, and the gradients of `tf.matMul` ask
 * for such: here they are transposed first, which makes the step several times faster.
 */
const product: (a: tf.Tensor, b: tf.Tensor) => tf.Tensor = tf.customGrad((...given) => {
  const [a, b, save] = given as unknown as [tf.Tensor, tf.Tensor, tf.GradSaveFunc];
  save([a, b]);
  return {
    value: tf.matMul(a, b),
    gradFunc: (dy: tf.Tensor, [left, right]: tf.Tensor[]) => [
      tf.matMul(dy, tf.transpose(right!)),
      tf.matMul(tf.transpose(left!), dy),
    ],
  };
});

function lossOf(weights: Weights, batch: Batch, sizes: Sizes): tf.Scalar {
  const { layers, width, heads, vocabulary, tokens, classes } = sizes;
  const rows = sizes.batch * tokens;
  const linear = (at: string, x: tf.Tensor): tf.Tensor =>
    product(x, weights[`${at}/weight`]!).add(weights[`${at}/bias`]!);
  const norm = (at: string, x: tf.Tensor): tf.Tensor => {
    const centred = x.sub(x.mean(-1, true));
    const scale = centred.square().mean(-1, true).add(normEpsilon).rsqrt();
    return centred.mul(scale).mul(weights[`${at}/gamma`]!).add(weights[`${at}/beta`]!);
  };
  const split = (x: tf.Tensor): tf.Tensor =>
    x.reshape([sizes.batch, tokens, heads, width / heads]).transpose([0, 2, 1, 3]);
  const gelu = (x: tf.Tensor): tf.Tensor => x.mul(x.mul(Math.SQRT1_2).erf().add(1)).mul(0.5);

  const kept = tf.tensor2d(batch.mask, [sizes.batch, tokens], 'float32');
  const mask = kept.sub(1).mul(1e9).reshape([sizes.batch, 1, 1, tokens]);
  const found = product(
    tf.oneHot(tf.tensor1d(batch.ids, 'int32'), vocabulary).cast('float32'),
    weights['tokens/table']!,
  );
  let x: tf.Tensor = found
    .reshape([sizes.batch, tokens, width])
    .add(weights['positions/table']!)
    .reshape([rows, width]);
  for (let layer = 0; layer < layers; layer++) {
    const at = `encoder/${layer}`;
    const h = norm(`${at}/attentionNorm`, x);
    const query = split(linear(`${at}/attention/query`, h)).mul(1 / Math.sqrt(width / heads));
    const key = split(linear(`${at}/attention/key`, h));
    const value = split(linear(`${at}/attention/value`, h));
    const attention = tf.softmax(tf.matMul(query, key, false, true).add(mask));
    const mixed = tf.matMul(attention, value).transpose([0, 2, 1, 3]).reshape([rows, width]);
    x = x.add(linear(`${at}/attention/output`, mixed));
    const inner = gelu(linear(`${at}/inner`, norm(`${at}/outputNorm`, x)));
    x = x.add(linear(`${at}/outer`, inner));
  }
  const states = norm('norm', x).reshape([sizes.batch, tokens, width]);
  const pooled = states.mul(kept.expandDims(-1)).sum(1).div(kept.sum(1, true));
  const logits = linear('classifier', pooled);
  // log softmax by hand: the backend has no kernel of it.
  const shifted = logits.sub(logits.max(-1, true));
  const logQ = shifted.sub(shifted.exp().sum(-1, true).log());
  const labels = tf.oneHot(tf.tensor1d(batch.labels, 'int32'), classes).cast('float32');
  return logQ.mul(labels).sum(-1).neg().mean<tf.Scalar>();
}

function clipped(gradients: tf.NamedTensorMap, norm: number): tf.NamedTensorMap {
  const squares = Object.values(gradients).map((g) => g.square().sum());
  const n = tf.addN(squares).sqrt();
  const factor = tf.scalar(norm).div(n.maximum(norm));
  return Object.fromEntries(Object.entries(gradients).map(([name, g]) => [name, g.mul(factor)]));
}

function update(
  variables: { readonly [path: string]: tf.Variable },
  moments: {
    readonly [path: string]: { readonly first: tf.Variable; readonly second: tf.Variable };
  },
  gradients: tf.NamedTensorMap,
  t: number,
): void {
  const { rate, betas, epsilon, weightDecay } = adamw;
  const [beta1, beta2] = betas;
  for (const [name, theta] of Object.entries(variables)) {
    const g = gradients[name]!;
    const { first, second } = moments[name]!;
    first.assign(first.mul(beta1).add(g.mul(1 - beta1)));
    second.assign(second.mul(beta2).add(g.square().mul(1 - beta2)));
    const change = first.mul(rate / (1 - beta1 ** t)).div(
      second
        .mul(1 / (1 - beta2 ** t))
        .sqrt()
        .add(epsilon),
    );
    theta.assign(theta.mul(1 - rate * weightDecay).sub(change));
  }
}
