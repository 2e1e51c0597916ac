import { hostTensor, Rng } from '@limbeck/core';
import {
  fromOnnx,
  grad,
  input,
  inScope,
  interpret,
  simplify,
  type Tensor,
  toOnnx,
} from '@limbeck/tensor';
import { bench, do_not_optimize, run } from 'mitata';

/** An encoder with the step of gradient descent: 4 layers, 256 wide, 8 heads, 1024 inside, 8192 tokens known. */
const [width, heads, inside, vocabulary] = [256, 8, 1024, 8192];
const weights: Tensor[] = [];

function weight(name: string, ...shape: number[]): Tensor {
  const tensor = input(name, { dtype: 'float32', shape });
  weights.push(tensor);
  return tensor;
}

function linear(x: Tensor, name: string, outputs: number): Tensor {
  const inputs = x.shape.at(-1) as number;
  return x.affine(weight(`${name}/weight`, inputs, outputs), weight(`${name}/bias`, outputs));
}

function norm(x: Tensor, name: string): Tensor {
  return x.layerNorm(weight(`${name}/gamma`, width), weight(`${name}/beta`, width));
}

function split(x: Tensor): Tensor {
  return x.reshape(['batch', 'tokens', heads, width / heads]).transpose([0, 2, 1, 3]);
}

function block(x: Tensor, name: string): Tensor {
  const normed = norm(x, `${name}/before`);
  const [q, k, v] = ['q', 'k', 'v'].map((part) => split(linear(normed, `${name}/${part}`, width)));
  const scores = q!.matmul(k!, { transposeB: true }).mul((width / heads) ** -0.5);
  const mixed = scores.softmax().matmul(v!).transpose([0, 2, 1, 3]);
  const attended = x.add(linear(mixed.reshape(x.shape), `${name}/out`, width));
  const hidden = linear(norm(attended, `${name}/after`), `${name}/up`, inside).gelu();
  return attended.add(linear(hidden, `${name}/down`, width));
}

/** The loss and the weights after one step, from nothing. */
function build(): { readonly [name: string]: Tensor } {
  weights.length = 0;
  const ids = input('ids', { dtype: 'int64', shape: ['batch', 'tokens'] });
  let x = weight('embedding', vocabulary, width).gather(ids);
  for (let layer = 0; layer < 4; layer++) {
    x = inScope(`encoder/${layer}`, () => block(x, `encoder/${layer}`));
  }
  const logits = linear(norm(x, 'last'), 'head', vocabulary);
  const picked = logits.logSoftmax().takeAlong(ids.reshape(['batch', 'tokens', 1]));
  const loss = picked.mean().neg();
  const updated = grad(loss, weights).map((gradient, i) => weights[i]!.sub(gradient.mul(0.01)));
  return { loss, ...Object.fromEntries(updated.map((tensor, i) => [`next/${i}`, tensor])) };
}

const step = build();
const { bytes } = toOnnx(step);
const rng = Rng.from(1);
const values = (size: number): number[] => Array.from({ length: size }, () => rng.uniform(-1, 1));
const a = input('a', { dtype: 'float32', shape: ['n', 'n'] });
const feeds = { a: hostTensor('float64', [64, 64], values(64 * 64)) };
const small = { y: a.matmul(a).gelu().softmax().sum() };

bench('encoder step: expressions and gradients', () => do_not_optimize(build()));
bench('encoder step: simplify', () => do_not_optimize(simplify(step)));
bench('encoder step: toOnnx, simplify included', () => do_not_optimize(toOnnx(step)));
bench('encoder step: fromOnnx', () => do_not_optimize(fromOnnx(bytes)));
bench('interpret: product, GELU, softmax of 64 x 64', () =>
  do_not_optimize(interpret(small, feeds)));

await run();
