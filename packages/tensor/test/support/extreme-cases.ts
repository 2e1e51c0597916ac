import { type HostTensor, hostTensor } from '@limbeck/core';
import { reduceTerms } from '../../src/loss.js';
import { iota, where } from '../../src/functions.js';
import type { Tensor } from '../../src/tensor.js';

/** A float input x at an extreme, and what is made of it; all of it and its gradient must be finite. */
export interface Extreme {
  readonly x: HostTensor;
  readonly build: (x: Tensor) => Tensor;
}

const rows = (values: readonly (readonly number[])[]): HostTensor =>
  hostTensor('float32', [values.length, values[0]!.length], values.flat());

/** Logits that differ by 2e4, whose exponentials neither float32 nor float64 holds. */
const logits = rows([
  [1e4, -1e4, 0],
  [-1e4, -1e4, -1e4],
  [1e4, 1e4, 1e4],
]);

/** Logits of which some or all are masked. */
const masked = rows([
  [3, -Infinity, 1],
  [-Infinity, -Infinity, -Infinity],
]);

const atLogits: { readonly [name: string]: (x: Tensor) => Tensor } = {
  softmax: (x) => x.softmax(),
  logSoftmax: (x) => x.logSoftmax(),
  logSumExp: (x) => x.logSumExp(-1),
  sigmoid: (x) => x.sigmoid(),
  softplus: (x) => x.softplus(),
  silu: (x) => x.silu(),
  tanh: (x) => x.tanh(),
  gelu: (x) => x.gelu(),
  erf: (x) => x.erf(),
  relu: (x) => x.relu(),
  clamp: (x) => x.clamp(-5, 5),
  norm: (x) => x.norm(-1),
  variance: (x) => x.variance(-1),
  layerNorm: (x) => x.layerNorm(x.scalar(1).expand([3]), x.scalar(0).expand([3])),
  rmsNorm: (x) => x.rmsNorm(x.scalar(1).expand([3])),
  'cross-entropy of softmax': (x) => x.logSoftmax().slice(1, 1, 2).neg(),
  'binary cross-entropy': (x) => x.softplus().sub(x.mul(0.5)),
};

/** Σ p (log p − log q), where p = 0 counts 0: what a divergence from a teacher is. */
function divergence(p: Tensor, logQ: Tensor): Tensor {
  const positive = p.greater(0);
  const logP = where(positive, p, 1).log();
  return p.mul(logP.sub(logQ)).sum(-1);
}

const others: { readonly [name: string]: Extreme } = {
  'a divergence at zero probabilities': {
    x: rows([[0, 1, 0]]),
    build: (x) => divergence(x, x.scalar(-2).expand([1, 3])),
  },
  'a divergence at saturated logits': {
    x: logits,
    build: (x) => divergence(x.softmax().stopGradient(), x.mul(0.5).logSoftmax()),
  },
  'the length of a vector of zeros': { x: rows([[0, 0, 0]]), build: (x) => x.norm(-1) },
  'the cosine of a vector of zeros': {
    x: rows([[0, 0, 0]]),
    build: (x) => x.div(x.norm(-1, { keep: true }).maximum(1e-12)),
  },
  'a power of 0': { x: rows([[0, 1, 2]]), build: (x) => x.pow(2.5) },
  'a power of 0 to 0': { x: rows([[0, 1, 2]]), build: (x) => x.pow(x.scalar(0)) },
  'rows without variance': {
    x: rows([[7, 7, 7]]),
    build: (x) => x.layerNorm(x.scalar(1).expand([3]), x.scalar(0).expand([3])),
  },
  'log Σ e^x of masked rows': {
    x: masked,
    build: (x) => x.logSumExp(-1).maximum(-100),
  },
  'a channel without variance': {
    x: rows([[7], [7], [7]]),
    build: (x) => {
      const gamma = x.scalar(1).expand([1]);
      const { y, mean, variance } = x.batchNorm(gamma, x.scalar(0).expand([1]));
      return y.add(mean).add(variance);
    },
  },
  'a channel far from 0': {
    x: rows([[1e4], [1e4 + 1], [1e4 + 2]]),
    build: (x) => x.batchNorm(x.scalar(1).expand([1]), x.scalar(0).expand([1])).y,
  },
  'windows over ±1e4': {
    x: rows([
      [1e4, -1e4, 0],
      [-1e4, 1e4, 0],
    ]),
    build: (x) => {
      const image = x.reshape([1, 1, x.shape[0]!, 3]);
      const convolved = image.conv2d(x.scalar(1).expand([1, 1, 2, 2]), { padding: 1 });
      return convolved.maxPool2d({ kernel: 2, stride: 1 }).averagePool2d({ kernel: 2, stride: 1 });
    },
  },
  'attention with a row that is masked all over': {
    x: rows([
      [1, 2, 3],
      [1, 2, 3],
    ]),
    build: (x) => {
      // The second row is masked as masks are written: by a large finite number.
      const [count] = x.shape;
      const mask = iota(count!).greater(0).reshape([count!, 1]);
      return where(mask, -1e9, x).softmax();
    },
  },
  'a batch whose weights are 0 in one half': {
    x: rows([
      [1, 2, 3],
      [0, 0, 0],
    ]),
    build: (x) => {
      const items = x.logSoftmax().slice(1, 0, 1).flatten().neg();
      return reduceTerms([{ name: 'nats', items, weights: x.sum(-1).greater(0).cast('float32') }]);
    },
  },
  'a batch whose weights are all 0': {
    x: rows([[0, 0, 0]]),
    build: (x) => {
      const items = x.logSoftmax().slice(1, 0, 1).flatten().neg();
      return reduceTerms([{ name: 'nats', items, weights: x.sum(-1).greater(0).cast('float32') }]);
    },
  },
};

/** Every extreme, by name. */
export const extremes: { readonly [name: string]: Extreme } = {
  ...Object.fromEntries(
    Object.entries(atLogits).map(([name, build]) => [
      `${name} at logits of ±1e4`,
      { x: logits, build },
    ]),
  ),
  ...others,
};
