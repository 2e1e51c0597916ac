import { type HostTensor, hostTensor, LimbeckError, sizeOf } from '@limbeck/core';
import { concat, constant, type Tensor } from '@limbeck/tensor';
import { negligible } from './quantise.js';

/** How many neighbouring numbers share a scale. */
export const blockLength = 32;

/** Rows of numbers in 4 bits: `number ≈ (code − 8) · scale` of its block. */
export interface QuantisedBlocks {
  /** From 0 to 15, `[rows, length]`. */
  readonly codes: HostTensor<'uint8'>;
  /** Of either sign, not 0, `[rows, ⌈length / 32⌉]`. */
  readonly scale: HostTensor<'float32'>;
}

/** Turns rows, `[rows, length]`, into 4 bits. */
export type BlockQuantiser = (rows: HostTensor<'float32'>) => QuantisedBlocks;

/** A weight in 4 bits. */
export interface BlockWeight extends QuantisedBlocks {
  /** The weight's own shape. */
  readonly shape: readonly number[];
  /** Which of its axes the rows are; 1 only of a matrix, whose columns they are then. */
  readonly axis: 0 | 1;
}

/** How a weight lies in rows. */
function rowSizes(shape: readonly number[], axis: 0 | 1): readonly [rows: number, length: number] {
  const rows = shape[axis]!;
  return [rows, sizeOf(shape) / rows];
}

/** Places of a weight's elements, row by row. */
function placeOf(shape: readonly number[], axis: 0 | 1): (row: number, at: number) => number {
  const [rows, length] = rowSizes(shape, axis);
  return axis === 0 ? (row, at) => row * length + at : (row, at) => at * rows + row;
}

/**
 * The number of largest size in each block becomes −8 steps, all others are rounded to the nearest.
 *
 * ```text
 * scale = (the number of largest |w|) / −8        code = round(w / scale) + 8, at most 15
 * ```
 */
export const roundToNearestBlocks: BlockQuantiser = ({ shape, data }) => {
  const [rows, length] = shape as readonly [number, number];
  const blocks = Math.ceil(length / blockLength);
  const codes = new Uint8Array(rows * length);
  const scale = new Float32Array(rows * blocks);
  for (let row = 0; row < rows; row++) {
    for (let block = 0; block < blocks; block++) {
      const from = row * length + block * blockLength;
      const to = Math.min(from + blockLength, (row + 1) * length);
      let largest = 0;
      for (let i = from; i < to; i++) {
        if (Math.abs(data[i]!) > Math.abs(largest)) largest = data[i]!;
      }
      // A block of zeros needs some scale; of less than can be divided, zeros are made.
      const step = Math.abs(largest) < negligible ? 1 : Math.fround(largest / -8);
      scale[row * blocks + block] = step;
      for (let i = from; i < to; i++) {
        codes[i] = Math.min(15, Math.max(0, Math.round(data[i]! / step) + 8));
      }
    }
  }
  return {
    codes: hostTensor('uint8', [rows, length], codes),
    scale: hostTensor('float32', [rows, blocks], scale),
  };
};

/** The weight as a 4-bit file computes it. */
export function dequantiseBlocks({
  shape,
  axis,
  codes,
  scale,
}: BlockWeight): HostTensor<'float32'> {
  const [rows, length] = rowSizes(shape, axis);
  const place = placeOf(shape, axis);
  const blocks = scale.shape[1]!;
  const data = new Float32Array(codes.data.length);
  for (let row = 0; row < rows; row++) {
    for (let at = 0; at < length; at++) {
      const step = scale.data[row * blocks + Math.floor(at / blockLength)]!;
      data[place(row, at)] = (codes.data[row * length + at]! - 8) * step;
    }
  }
  return hostTensor('float32', shape, data);
}

/**
 * Quantises, and checks that no weight moved by more than one step of its block: what a wrong scale would do.
 * @throws LimbeckError `gate-failed`
 */
export function quantiseBlocksChecked(
  path: string,
  weight: HostTensor<'float32'>,
  axis: 0 | 1,
  quantiser: BlockQuantiser,
): BlockWeight {
  const { shape, data } = weight;
  const [rows, length] = rowSizes(shape, axis);
  const place = placeOf(shape, axis);
  const laid = Float32Array.from(
    { length: data.length },
    (_, i) => data[place(Math.floor(i / length), i % length)]!,
  );
  const made = { ...quantiser(hostTensor('float32', [rows, length], laid)), shape, axis };
  const back = dequantiseBlocks(made).data;
  const blocks = made.scale.shape[1]!;
  for (let row = 0; row < rows; row++) {
    for (let at = 0; at < length; at++) {
      const step = Math.abs(made.scale.data[row * blocks + Math.floor(at / blockLength)]!);
      const [before, after] = [data[place(row, at)]!, back[place(row, at)]!];
      if (Math.abs(after - before) <= step + 1e-6 * Math.abs(before)) continue;
      throw new LimbeckError('gate-failed', {
        where: `4 bits of "${path}"`,
        given: `${after} for the weight ${before}, with the scale ${step}`,
        expected: 'every weight within one step of itself',
        next: 'Correct the scales: largest absolute weight of each block over 8.',
      });
    }
  }
  return made;
}

/** Two codes a byte, the first in the low bits; rows are filled up to whole blocks: `[rows, blocks · 16]`. */
export function packed({ codes, scale }: QuantisedBlocks): HostTensor<'uint8'> {
  const [rows, length] = codes.shape as readonly [number, number];
  const width = (scale.shape[1]! * blockLength) / 2;
  const bytes = new Uint8Array(rows * width);
  for (let row = 0; row < rows; row++) {
    for (let j = 0; j < width; j++) {
      // 8 is 0: what fills up adds nothing to a product.
      const code = (at: number): number => (at < length ? codes.data[row * length + at]! : 8);
      bytes[row * width + j] = code(2 * j) | (code(2 * j + 1) << 4);
    }
  }
  return hostTensor('uint8', [rows, width], bytes);
}

/** The weight as an expression that stays in 4 bits in the file. */
export function blockTensor(weight: BlockWeight): Tensor {
  const { shape, axis, codes, scale } = weight;
  const rows = unpacked(constant(packed(weight)), constant(scale), codes.shape[1]!);
  return (axis === 0 ? rows : rows.transpose()).reshape(shape);
}

/** Rows of a table in 4 bits by index: only these are unpacked. */
export function gatheredBlocks(weight: BlockWeight, indices: Tensor): Tensor {
  const { shape, codes, scale } = weight;
  const flat = indices.flatten();
  const rows = unpacked(
    constant(packed(weight)).gather(flat),
    constant(scale).gather(flat),
    codes.shape[1]!,
  );
  return rows.reshape([...indices.shape, ...shape.slice(1)]);
}

/** Bytes `[n, blocks · 16]` and scales `[n, blocks]` as numbers `[n, length]`, by operators that every runtime has. */
function unpacked(bytes: Tensor, scale: Tensor, length: number): Tensor {
  const rows = bytes.shape[0]!;
  const [half, blocks] = [bytes.shape[1] as number, scale.shape[1] as number];
  const both = bytes.cast('float32');
  const high = both.mul(1 / 16).floor();
  const low = both.sub(high.mul(16));
  const codes = concat([low.reshape([rows, half, 1]), high.reshape([rows, half, 1])], 2);
  const numbers = codes
    .reshape([rows, blocks, blockLength])
    .sub(8)
    .mul(scale.reshape([rows, blocks, 1]));
  return numbers.reshape([rows, 2 * half]).slice(1, 0, length);
}
