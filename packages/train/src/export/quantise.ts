import { type HostTensor, hostTensor, LimbeckError, sizeOf } from '@limbeck/core';
import { constant, type Tensor } from '@limbeck/tensor';

/** A float matrix as int8 with one scale a column: `weight ≈ int8 · scale`. */
export interface QuantisedWeight {
  /** From -127 to 127, of the weight's shape. */
  readonly int8: HostTensor<'int8'>;
  /** float32, broadcast against `int8`; above 0. */
  readonly scale: HostTensor<'float32'>;
}

/** Turns a float matrix into int8. */
export type Quantiser = (weight: HostTensor<'float32'>) => QuantisedWeight;

/** Weights below this many numbers stay float32: they would save little. */
const smallest = 256;

/** Below this a share of a number has lost digits, or is 0: such weights count as 0. */
export const negligible = 2 ** -100;

/** Whether a value is a float matrix that is worth it; vectors (biases, norms) stay as they are. */
export function isQuantisable(value: HostTensor): value is HostTensor<'float32'> {
  return value.dtype === 'float32' && value.shape.length >= 2 && sizeOf(value.shape) >= smallest;
}

/** The axis whose indices have a scale each: the outputs, last in a matrix, first in a kernel of a convolution. */
function outputAxis(shape: readonly number[]): number {
  return shape.length === 2 ? 1 : 0;
}

/**
 * Symmetric int8, one scale an output, rounded to the nearest.
 *
 * ```text
 * scale_j = max_i |w_ij| / 127        int8_ij = round(w_ij / scale_j)
 * ```
 */
export const roundToNearest: Quantiser = (weight) => {
  const { shape, data } = weight;
  const axis = outputAxis(shape);
  const inner = sizeOf(shape.slice(axis + 1));
  const columns = shape[axis]!;
  const column = (i: number): number => Math.floor(i / inner) % columns;
  const largest = new Float32Array(columns);
  for (let i = 0; i < data.length; i++) {
    largest[column(i)] = Math.max(largest[column(i)]!, Math.abs(data[i]!));
  }
  // A column of zeros needs some scale above 0; of less than can be divided, zeros are made.
  const scale = largest.map((value) => (value < negligible ? 1 : value / 127));
  const int8 = new Int8Array(data.length);
  for (let i = 0; i < data.length; i++) int8[i] = Math.round(data[i]! / scale[column(i)]!);
  const broadcast = shape.map((_, at) => (at === axis ? columns : 1));
  return {
    int8: hostTensor('int8', shape, int8),
    scale: hostTensor('float32', broadcast, scale),
  };
};

/** The weight as the int8 file computes it. */
export function dequantise({ int8, scale }: QuantisedWeight): HostTensor<'float32'> {
  const { shape } = int8;
  const data = new Float32Array(int8.data.length);
  const axis = outputAxis(shape);
  const inner = sizeOf(shape.slice(axis + 1));
  const columns = shape[axis]!;
  for (let i = 0; i < data.length; i++) {
    data[i] = int8.data[i]! * scale.data[Math.floor(i / inner) % columns]!;
  }
  return hostTensor('float32', shape, data);
}

/** The weight as an expression that stays int8 in the file. */
export function quantisedTensor({ int8, scale }: QuantisedWeight): Tensor {
  return constant(int8).cast('float32').mul(constant(scale));
}

/**
 * Quantises, and checks that no weight moved by more than one step of its column: what a wrong scale would do.
 * @throws LimbeckError `gate-failed`
 */
export function quantiseChecked(
  path: string,
  weight: HostTensor<'float32'>,
  quantiser: Quantiser,
): QuantisedWeight {
  const made = quantiser(weight);
  const back = dequantise(made).data;
  const axis = outputAxis(weight.shape);
  const inner = sizeOf(weight.shape.slice(axis + 1));
  for (let i = 0; i < back.length; i++) {
    const step = made.scale.data[Math.floor(i / inner) % weight.shape[axis]!]!;
    const moved = Math.abs(back[i]! - weight.data[i]!);
    // 1e-6 of the weight is what float32 itself rounds away.
    if (moved <= step + 1e-6 * Math.abs(weight.data[i]!)) continue;
    throw new LimbeckError('gate-failed', {
      where: `int8 of "${path}"`,
      given: `${back[i]} for the weight ${weight.data[i]} at ${i}, with the scale ${step}`,
      expected: 'every weight within one step of itself',
      next: 'Correct the scales: largest absolute weight of each column over 127.',
    });
  }
  return made;
}
