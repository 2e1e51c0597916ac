import { einsum } from '../../einsum/einsum.js';
import { affine } from '../../ops/matmul.js';
import type { Tensor } from '../../tensor.js';
import { swapLast } from './axes.js';
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

/** A product in which vectors are a row on the left and a column on the right. */
export function vectorProduct(a: Tensor, b: Tensor): Tensor {
  const left = a.shape.length === 1 ? a.reshape([1, a.shape[0]!]) : a;
  const right = b.shape.length === 1 ? b.reshape([b.shape[0]!, 1]) : b;
  const product = left.matmul(right);
  const shape = [...product.shape];
  if (b.shape.length === 1) shape.pop();
  if (a.shape.length === 1) shape.splice(b.shape.length === 1 ? -1 : -2, 1);
  return product.reshape(shape);
}

/** The first axis behind the others but the last: what `transBatch` reads a tensor as. */
function batched(x: Tensor, isMoved: boolean): Tensor {
  if (!isMoved) return x;
  const axes = x.shape.map((_, axis) => axis);
  return x.transpose([...axes.slice(1, -1), 0, axes.length - 1]);
}

function fusedMatmul(node: ReadNode): Read {
  const a = batched(node.tensor(0), node.int('transBatchA', 0) === 1);
  const b = batched(node.tensor(1), node.int('transBatchB', 0) === 1);
  const options = {
    transposeA: node.int('transA', 0) === 1,
    transposeB: node.int('transB', 0) === 1,
  };
  return [scaled(a.matmul(b, options), node.float('alpha', 1))];
}

/** Up to opset 12 all axes from the given one on count as one. */
const alongAxis =
  (build: (x: Tensor) => Tensor): Reader =>
  (node) => {
    const x = node.tensor(0);
    const rank = x.shape.length;
    if (node.opset >= 13) {
      const axis = node.axis(-1, rank);
      return [swapLast(build(swapLast(x, axis)), axis)];
    }
    const axis = node.axis(1, rank);
    const lead = x.shape.slice(0, axis);
    return [build(x.reshape([...lead, x.reshape([...lead, -1]).shape.at(-1)!])).reshape(x.shape)];
  };

/** 1 at the first largest element of each row. */
function hardmax(x: Tensor): Tensor {
  const column = x.argMax(-1).reshape([...x.shape.slice(0, -1), 1]);
  const hit = x.scalar(1).expand(column.shape);
  return hit.scatterAddAlong(column, x.shape.at(-1)!);
}

/** Readers of products and what is made of them. */
export const linearReaders: { readonly [type: string]: Reader } = {
  MatMul: (node) => [vectorProduct(node.tensor(0), node.tensor(1))],
  Gemm: gemm,
  Einsum: (node) => [
    einsum(node.string('equation', ''), ...node.all().map(({ tensor }) => tensor)),
  ],
  'com.microsoft.FusedMatMul': fusedMatmul,
  Softmax: alongAxis((x) => x.softmax()),
  LogSoftmax: alongAxis((x) => x.logSoftmax()),
  Hardmax: alongAxis(hardmax),
};
