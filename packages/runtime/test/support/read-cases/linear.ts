import type { OneNode } from '../one-node.js';
import { at, f, fill, i, one, unary } from './values.js';

/** Products, and what is made of them. */
export const linear: readonly [string, OneNode][] = [
  unary('MatMul', { inputs: [f(3), f(3, 2)] }),
  unary('MatMul', { inputs: [f(2, 3), f(3)] }),
  unary('MatMul', { inputs: [f(3), f(3)], named: false }),
  unary('MatMul', { inputs: [f(3), f(4, 3, 2)], named: false }),
  unary('Gemm', {
    inputs: [f(3, 2), f(4, 3), f(2, 4)],
    attributes: { transA: 1, transB: 1, alpha: { float: 0.5 }, beta: { float: 2 } },
  }),
  unary('Gemm', { inputs: [f(2, 3), f(3, 4), f(4)], attributes: {} }),
  unary('Einsum', {
    inputs: [f(2, 3, 4), f(2, 5, 4)],
    attributes: { equation: 'bqd,bkd->bqk' },
    named: false,
  }),
  unary('FusedMatMul', {
    domain: 'com.microsoft',
    inputs: [f(2, 3, 4), f(2, 5, 4)],
    attributes: { transB: 1, alpha: { float: 0.5 } },
    named: false,
  }),
  unary('FusedMatMul', {
    domain: 'com.microsoft',
    inputs: [f(3, 2, 4), f(2, 4, 5)],
    attributes: { transBatchA: 1 },
    named: false,
  }),
  unary('RotaryEmbedding', {
    domain: 'com.microsoft',
    inputs: [f(2, 3, 8), at([2, 3], 0, 1, 2, 4, 3, 0), f(5, 2), f(5, 2)],
    named: false,
  }),
  unary('RotaryEmbedding', {
    domain: 'com.microsoft',
    inputs: [f(2, 2, 3, 4), at([2, 3], 0, 1, 2, 4, 3, 0), f(5, 2), f(5, 2)],
    attributes: { interleaved: 1 },
    named: false,
  }),
  unary('RotaryEmbedding', {
    opset: 23,
    inputs: [f(2, 2, 3, 4), f(5, 2), f(5, 2), at([2, 3], 0, 1, 2, 4, 3, 0)],
    named: false,
  }),
  unary('Softmax', { inputs: [f(2, 3, 4)], attributes: { axis: 1 } }),
  unary('Softmax', { opset: 11, inputs: [f(2, 3, 4)] }),
  unary('LogSoftmax', { opset: 11, inputs: [f(2, 3, 4)], attributes: { axis: 2 } }),
  unary('Hardmax', { inputs: [fill([2, 3], 1, 3, 3, 2, 1, 0)] }),
];

/** What reads and writes by index. */
export const indexed: readonly [string, OneNode][] = [
  unary('Gather', { inputs: [f(4, 3), at([2, 2], 0, -1, 3, 1)], constants: [1] }),
  unary('Gather', { inputs: [f(2, 3, 4), at([2, 2], 0, 2, 1, 1)], attributes: { axis: 1 } }),
  unary('Gather', { inputs: [f(2, 3, 4), one(-1)], constants: [1], attributes: { axis: 1 } }),
  unary('GatherElements', {
    inputs: [f(2, 3), at([2, 2], 0, -1, 2, 1)],
    constants: [1],
    attributes: { axis: 1 },
    named: false,
  }),
  unary('GatherND', { inputs: [f(2, 3, 4), at([2, 2], 0, 1, 1, 2)] }),
  unary('GatherND', { inputs: [f(2, 3, 4), at([2, 1], 1, 0)] }),
  unary('ScatterElements', {
    inputs: [f(2, 4), at([2, 2], 0, 2, 3, 1), f(2, 2)],
    attributes: { axis: 1 },
  }),
  unary('ScatterElements', {
    inputs: [f(2, 4), at([2, 2], 0, 0, 3, -1), f(2, 2)],
    constants: [1],
    attributes: { axis: 1, reduction: 'add' },
  }),
  unary('ScatterElements', { inputs: [i(1, 2, 3), at([2], 2, 0), i(7, 9)], dtypes: ['int64'] }),
  unary('ScatterND', { inputs: [f(4, 3), at([2, 1], 3, 1), f(2, 3)] }),
  unary('ScatterND', {
    inputs: [f(4, 3), at([2, 2], 3, 1, 0, 0), f(2)],
    attributes: { reduction: 'add' },
  }),
  unary('OneHot', { inputs: [at([2, 2], 0, 2, -1, 5), one(4), fill([2], 0.5, 3)], constants: [1] }),
  unary('OneHot', {
    inputs: [at([3], 0, 2, 1), one(3), fill([2], 0, 1)],
    constants: [1],
    attributes: { axis: 0 },
  }),
];
