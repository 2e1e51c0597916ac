import type { Tensor } from '../../tensor.js';
import { addDims, multiplyDims, subtractDims } from '../../dims.js';
import { fold1d, unfold1d } from '../../ops/conv1d.js';
import { affine } from '../../ops/matmul.js';
import { layerNorm } from '../../ops/normalise.js';
import { frontOf, pad, swapLast } from './axes.js';
import type { Read, Reader, ReadNode } from './read-node.js';

function scaled(x: Tensor, by: number): Tensor {
  return by === 1 ? x : x.mul(by);
}

function gemm(node: ReadNode): Read {
  const [a, b] = [node.tensor(0), node.tensor(1)];
  const [alpha, beta] = [node.float('alpha', 1), node.float('beta', 1)];
  const transposeA = node.int('transA', 0) === 1;
  const transposeB = node.int('transB', 0) === 1;
  const plain = !transposeA && !transposeB && alpha === 1 && beta === 1;
  if (plain && node.has(2) && node.tensor(2).shape.length === 1) {
    return node.make(affine, [a, b, node.tensor(2)], {});
  }
  const product = scaled(a.matmul(b, { transposeA, transposeB }), alpha);
  return [node.has(2) ? product.add(scaled(node.tensor(2), beta)) : product];
}

function fusedMatmul(node: ReadNode): Read {
  if (node.int('transBatchA', 0) !== 0 || node.int('transBatchB', 0) !== 0) {
    node.refuse('transBatch');
  }
  const options = {
    transposeA: node.int('transA', 0) === 1,
    transposeB: node.int('transB', 0) === 1,
  };
  return [scaled(node.tensor(0).matmul(node.tensor(1), options), node.float('alpha', 1))];
}

const alongLast =
  (build: (x: Tensor) => Tensor): Reader =>
  (node) => {
    const x = node.tensor(0);
    const axis = frontOf(node.int('axis', -1), x.shape.length);
    return [swapLast(build(swapLast(x, axis)), axis)];
  };

function normalise(node: ReadNode): Read {
  const x = node.tensor(0);
  if (frontOf(node.int('axis', -1), x.shape.length) !== x.shape.length - 1) {
    node.refuse('more axes than the last');
  }
  const scale = node.tensor(1);
  const bias = node.has(2) ? node.tensor(2) : scale.scalar(0).expand(scale.shape);
  const epsilon = node.float('epsilon', 1e-5);
  return node.make(layerNorm, [x, scale, bias], { epsilon });
}

/** Whether weights `[channels·kernel, 1, kernel]` copy each input of a window to a channel of its own. */
function isIdentityKernel(node: ReadNode, kernel: number): boolean {
  const data = node.inputs[1]?.host?.data;
  return (
    data?.every((value: number | bigint, i: number) => {
      const row = Math.floor(i / kernel) % kernel;
      return Number(value) === (i % kernel === row ? 1 : 0);
    }) ?? false
  );
}

interface Window {
  readonly kernel: number;
  readonly stride: number;
  readonly group: number;
}

function windowOf(node: ReadNode): Window {
  const { shape } = node.tensor(0);
  // A kernel of the file is looked at without being asked for: one that only copies becomes no parameter.
  const weight = node.value(1).host?.shape ?? node.tensor(1).shape;
  const kernel = weight[2];
  if (shape.length !== 3 || weight.length !== 3 || typeof kernel !== 'number') {
    node.refuse(`shapes [${shape.join(', ')}] and [${weight.join(', ')}]`);
  }
  if ((node.ints('dilations') ?? [1])[0] !== 1) node.refuse('dilations');
  if (node.string('auto_pad', 'NOTSET') !== 'NOTSET') node.refuse('auto_pad');
  return { kernel, stride: node.ints('strides')?.[0] ?? 1, group: node.int('group', 1) };
}

function conv(node: ReadNode): Read {
  const { kernel, stride, group } = windowOf(node);
  const [before = 0, after = 0] = node.ints('pads') ?? [];
  const x = pad(node.tensor(0), 2, before, after);
  const bias = node.has(2) ? node.tensor(2).reshape([node.tensor(2).shape[0]!, 1]) : undefined;
  const identity = group === x.shape[1] && isIdentityKernel(node, kernel);
  if (group !== 1 && !identity) node.refuse(`${group} groups`);
  const y = identity
    ? node.make(unfold1d, [x], { kernel, stride })[0]!
    : x.conv1d(node.tensor(1), { stride });
  return [bias === undefined ? y : y.add(bias)];
}

function convTranspose(node: ReadNode): Read {
  const { kernel, stride, group } = windowOf(node);
  const x = node.tensor(0);
  const pads = [...(node.ints('pads') ?? []), ...(node.ints('output_padding') ?? [])];
  const rows = x.shape[1];
  if (pads.some((amount) => amount !== 0)) node.refuse('pads');
  if (rows !== group * kernel || !isIdentityKernel(node, kernel) || node.has(2)) {
    node.refuse('weights that do not lay columns back');
  }
  const length = addDims(multiplyDims(subtractDims(x.shape[2]!, 1), stride), kernel);
  return node.make(fold1d, [x], { kernel, stride, length });
}

/** Readers of products, normalisations and convolutions. */
export const linearReaders: { readonly [type: string]: Reader } = {
  MatMul: (node) => [node.tensor(0).matmul(node.tensor(1))],
  Gemm: gemm,
  'com.microsoft.FusedMatMul': fusedMatmul,
  Softmax: alongLast((x) => x.softmax()),
  LogSoftmax: alongLast((x) => x.logSoftmax()),
  LayerNormalization: normalise,
  Conv: conv,
  ConvTranspose: convTranspose,
};
