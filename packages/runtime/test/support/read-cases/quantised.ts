import type { OneNode } from '../one-node.js';
import { bytes, f, fill, positive, small, unary } from './values.js';

const codes = bytes([2, 3], 0, 100, 128, 200, 255, 7);

/** What computes with few bits. */
export const quantised: readonly [string, OneNode][] = [
  unary('DequantizeLinear', { inputs: [codes, fill([], 0.1), bytes([], 128)] }),
  unary('DequantizeLinear', { inputs: [codes, fill([3], 0.1, 0.2, 0.3), bytes([3], 1, 2, 3)] }),
  unary('DequantizeLinear', { inputs: [codes, fill([2], 0.1, 0.2)], attributes: { axis: 0 } }),
  unary('DequantizeLinear', {
    inputs: [small([2, 4], 1, 2, 3, 4, -1, -2, -3, -4), fill([2, 2], 1, 2, 3, 4)],
    attributes: { axis: 1, block_size: 2 },
    named: false,
  }),
  unary('QuantizeLinear', {
    inputs: [fill([6], -100, -0.05, 0.05, 0.15, 0.25, 100), fill([], 0.1), bytes([], 10)],
    dtypes: ['uint8'],
  }),
  unary('QuantizeLinear', {
    inputs: [f(2, 3), fill([3], 0.1, 0.2, 0.3), small([3], 0, 1, -1)],
    dtypes: ['int8'],
  }),
  unary('QuantizeLinear', { inputs: [positive(2, 3), fill([], 0.01)], dtypes: ['uint8'] }),
  unary('DynamicQuantizeLinear', {
    inputs: [f(3, 4)],
    outputs: 3,
    dtypes: ['uint8', 'float32', 'uint8'],
  }),
  unary('DynamicQuantizeLinear', {
    inputs: [fill([2], 0, 0)],
    outputs: 3,
    dtypes: ['uint8', 'float32', 'uint8'],
  }),
  unary('MatMulInteger', {
    inputs: [codes, small([3, 2], 1, -2, 3, -4, 5, -6), bytes([], 12), small([], 1)],
    dtypes: ['int32'],
  }),
  unary('MatMulInteger', {
    inputs: [codes, small([3, 2], 1, -2, 3, -4, 5, -6), bytes([], 12), small([2], 1, 2)],
    constants: [3],
    dtypes: ['int32'],
  }),
  unary('ConvInteger', {
    inputs: [
      bytes([1, 1, 3, 3], 1, 2, 3, 4, 5, 6, 7, 8, 9),
      bytes([1, 1, 2, 2], 1, 2, 3, 4),
      bytes([], 1),
      bytes([], 1),
    ],
    dtypes: ['int32'],
  }),
  unary('QLinearMatMul', {
    inputs: [
      codes,
      fill([], 0.1),
      bytes([], 100),
      bytes([3, 2], 1, 2, 3, 4, 5, 6),
      fill([], 0.2),
      bytes([], 3),
      fill([], 0.5),
      bytes([], 120),
    ],
    dtypes: ['uint8'],
  }),
  unary('MatMulNBits', {
    domain: 'com.microsoft',
    inputs: [
      f(2, 16),
      bytes([3, 1, 8], ...Array.from({ length: 24 }, (_, k) => (k * 53) % 256)),
      fill([3], 0.1, 0.2, 0.3),
    ],
    constants: [1, 2],
    attributes: { K: 16, N: 3, bits: 4, block_size: 16 },
  }),
  unary('MatMulNBits', {
    domain: 'com.microsoft',
    inputs: [
      f(2, 32),
      bytes([2, 2, 8], ...Array.from({ length: 32 }, (_, k) => (k * 71) % 256)),
      fill([4], 0.1, 0.2, 0.3, 0.4),
      bytes([2], 0x57, 0x91),
    ],
    constants: [1, 2, 3],
    attributes: { K: 32, N: 2, bits: 4, block_size: 16 },
  }),
];
