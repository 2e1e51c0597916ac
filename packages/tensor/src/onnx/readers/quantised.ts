import { type Dim, type DType, hostTensor } from '@limbeck/core';
import { constant, where } from '../../functions.js';
import { conv } from '../../ops/conv.js';
import { spatialOf } from '../../ops/windows.js';
import type { Tensor } from '../../tensor.js';
import { dtypeOf } from '../element-kinds.js';
import { vectorProduct } from './linear.js';
import type { Read, Reader, ReadNode } from './read-node.js';

const ranges: { readonly [D in DType]?: readonly [low: number, high: number] } = {
  uint8: [0, 255],
  int8: [-128, 127],
};

/** Rounded to whole numbers, halves to even, and kept inside the range of a dtype. */
function saturated(node: ReadNode, x: Tensor, to: DType): Tensor {
  const [low, high] = ranges[to] ?? node.refuse(`a zero point of ${to}`);
  return x.maximum(low).minimum(high).cast(to);
}

/** A scale or zero point against what it scales: one number, one a place along an axis, or one a block of places. */
function spread(node: ReadNode, part: Tensor, x: Tensor): Tensor {
  const block = node.int('block_size', 0);
  if (part.shape.length === 0 || (part.shape.length === 1 && part.shape[0] === 1)) {
    return part.reshape([]);
  }
  const axis = node.axis(1, x.shape.length);
  if (block === 0) {
    return part.reshape(x.shape.map((_, i): Dim => (i === axis ? part.shape[0]! : 1)));
  }
  const [count, size] = [part.shape[axis]!, x.shape[axis]!];
  if (typeof count !== 'number' || typeof size !== 'number') return node.refuse('named blocks');
  const apart = part.shape.toSpliced(axis, 1, count, 1);
  const wide = part.shape.toSpliced(axis, 1, count, block);
  const joined = part.shape.with(axis, count * block);
  return part.reshape(apart).expand(wide).reshape(joined).slice(axis, 0, size);
}

function dequantize(node: ReadNode): Read {
  const x = node.tensor(0);
  const scale = node.tensor(1);
  const zero = node.has(2) ? node.tensor(2).cast(scale.dtype) : undefined;
  const whole = x.cast(scale.dtype);
  const shifted = zero === undefined ? whole : whole.sub(spread(node, zero, x));
  return [shifted.mul(spread(node, scale, x))];
}

function quantize(node: ReadNode): Read {
  const [x, scale] = [node.tensor(0), node.tensor(1)];
  const given = node.int('output_dtype', 0);
  const to = node.has(2) ? node.value(2).dtype : given === 0 ? 'uint8' : dtypeOf(given);
  const rounded = x.div(spread(node, scale.cast(x.dtype), x)).round();
  const zero = node.has(2) ? spread(node, node.tensor(2).cast(x.dtype), x) : 0;
  return [saturated(node, rounded.add(zero), to)];
}

function dynamicQuantize(node: ReadNode): Read {
  const x = node.tensor(0);
  const [low, high] = [x.min().minimum(0), x.max().maximum(0)];
  const span = high.sub(low).div(255);
  const scale = where(span.greater(0), span, 1);
  const zero = low.neg().div(scale).round().maximum(0).minimum(255);
  const y = x.div(scale).round().add(zero);
  return [saturated(node, y, 'uint8'), scale, zero.cast('uint8')];
}

/** Products of bytes are exact in float32 up to this many terms: 2^24 / 2^16. */
const exactInFloat32 = 256;

/** Whole numbers less their zero point, as floats. */
function shifted(node: ReadNode, index: number, zeroIndex: number, float: DType): Tensor {
  const x = node.tensor(index).cast(float);
  if (!node.has(zeroIndex)) return x;
  const zero = node.tensor(zeroIndex).cast(float);
  // A zero point a row of the left factor stands in a column.
  const isRows = index === 0 && zero.shape.length === 1 && zero.shape[0] !== 1;
  return x.sub(isRows ? zero.reshape([zero.shape[0]!, 1]) : zero);
}

function matmulInteger(node: ReadNode): Read {
  const inner = node.value(0).shape.at(-1);
  const float = typeof inner === 'number' && inner <= exactInFloat32 ? 'float32' : 'float64';
  return [vectorProduct(shifted(node, 0, 2, float), shifted(node, 1, 3, float)).cast('int32')];
}

/** In float32, the only one that ONNX Runtime convolves: sums of more than {@link exactInFloat32} products may be rounded. */
function convInteger(node: ReadNode): Read {
  const [x, weight] = [shifted(node, 0, 2, 'float32'), shifted(node, 1, 3, 'float32')];
  node.only('auto_pad', 'NOTSET', ['NOTSET', 'VALID']);
  const kernel = spatialOf(weight.shape).map(Number);
  const ones = kernel.map(() => 1);
  const geometry = {
    kernel,
    stride: node.ints('strides') ?? ones,
    dilation: node.ints('dilations') ?? ones,
    pads: node.ints('pads') ?? [...ones, ...ones].map(() => 0),
    groups: node.int('group', 1),
  };
  return [node.make(conv, [x, weight], geometry)[0]!.cast('int32')];
}

function qLinearMatmul(node: ReadNode): Read {
  const part = (i: number): Tensor => {
    const scale = node.tensor(i + 1);
    return node
      .tensor(i)
      .cast('float32')
      .sub(node.tensor(i + 2).cast('float32'))
      .mul(scale);
  };
  const zero = node.tensor(7);
  const y = vectorProduct(part(0), part(3)).div(node.tensor(6)).round();
  return [saturated(node, y.add(zero.cast('float32')), zero.dtype)];
}

/** The weights of com.microsoft.MatMulNBits, `[K, N]`: packed along K in blocks with a scale each. */
function unpacked(node: ReadNode, inner: number, columns: number): Tensor {
  const [bits, block] = [node.int('bits', 4), node.int('block_size', 32)];
  const [packed, scales] = [node.value(1).inFile, node.value(2).inFile];
  const zeros = node.has(3) ? node.value(3).inFile : undefined;
  if (packed === undefined || scales === undefined || (bits !== 4 && bits !== 8)) {
    return node.refuse(`weights of ${bits} bits, or computed ones`);
  }
  const perByte = 8 / bits;
  const blocks = Math.ceil(inner / block);
  const bytes = blocks * Math.ceil(block / perByte);
  const fits = packed.data.length === columns * bytes && scales.data.length === columns * blocks;
  if (!fits || !(inner >= 0 && block > 0) || (zeros !== undefined && zeros.dtype !== 'uint8')) {
    return node.refuse(`${packed.data.length} packed bytes for [${inner}, ${columns}]`);
  }
  const code = (data: Uint8Array, row: number, perRow: number, i: number): number =>
    (data[row * perRow + Math.floor(i / perByte)]! >> ((i % perByte) * bits)) & (2 ** bits - 1);
  const zeroBytes = Math.ceil(blocks / perByte);
  const data = new Float32Array(inner * columns);
  for (let n = 0; n < columns; n++) {
    for (let k = 0; k < inner; k++) {
      const at = Math.floor(k / block);
      const zero =
        zeros === undefined ? 2 ** (bits - 1) : code(zeros.data as Uint8Array, n, zeroBytes, at);
      const level = code(packed.data as Uint8Array, n * blocks + at, bytes / blocks, k % block);
      data[k * columns + n] = (level - zero) * Number(scales.data[n * blocks + at]);
    }
  }
  return constant(hostTensor('float32', [inner, columns], data));
}

function matmulNBits(node: ReadNode): Read {
  const [inner, columns] = [node.int('K', 0), node.int('N', 0)];
  if (node.has(4)) node.refuse('g_idx');
  const y = node.tensor(0).matmul(unpacked(node, inner, columns));
  return [node.has(5) ? y.add(node.tensor(5)) : y];
}

/** Readers of what computes with few bits: their values are those of ONNX, their gradients those of rounding, 0. */
export const quantisedReaders: { readonly [type: string]: Reader } = {
  DequantizeLinear: dequantize,
  QuantizeLinear: quantize,
  DynamicQuantizeLinear: dynamicQuantize,
  MatMulInteger: matmulInteger,
  ConvInteger: convInteger,
  QLinearMatMul: qLinearMatmul,
  'com.microsoft.DequantizeLinear': dequantize,
  'com.microsoft.QuantizeLinear': quantize,
  'com.microsoft.MatMulNBits': matmulNBits,
};
