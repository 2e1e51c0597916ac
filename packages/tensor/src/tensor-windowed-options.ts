import { checkPositive, type Dim, LimbeckError } from '@limbeck/core';
import { floorDivideDim, multiplyDims } from './dims.js';
import {
  type ResizeCoordinates,
  resizeCoordinates,
  type ResizeRounding,
  resizeRoundings,
} from './ops/resize-coordinates.js';
import { refuseShapes } from './ops/support.js';
import type { Tensor } from './tensor.js';

/** One number for every axis, or one for each. */
export type PerAxis = number | readonly number[];

/** Options of the convolutions. */
export interface ConvOptions {
  /** How far the next window begins behind one, for all axes or for each. @defaultValue 1 */
  readonly stride?: PerAxis;
  /** Zeros around the tensor: for all sides, for each axis, or in front of each axis and then behind each. @defaultValue 0 */
  readonly padding?: PerAxis;
  /** How far the elements of a window lie apart. @defaultValue 1 */
  readonly dilation?: PerAxis;
  /** How many groups the channels fall into. @defaultValue 1 */
  readonly groups?: number;
}

/** Options of the transposed convolutions. */
export interface ConvTransposeOptions extends ConvOptions {
  /** Elements more at the end of each axis, of the up to `stride` sizes that one number of windows comes from. @defaultValue 0 */
  readonly outputPadding?: PerAxis;
}

/** Options of the poolings. */
export interface PoolOptions {
  /** How many elements a window takes, along all axes or each. */
  readonly kernel: PerAxis;
  /** How far the next window begins behind one. @defaultValue the kernel */
  readonly stride?: PerAxis;
  /** What windows may reach outside: for all sides, for each axis, or in front of each axis and then behind each. @defaultValue 0 */
  readonly padding?: PerAxis;
  /** How far the elements of a window lie apart. @defaultValue 1 */
  readonly dilation?: PerAxis;
  /** Whether a last window may reach past the end. @defaultValue false */
  readonly ceil?: boolean;
}

/** Options of the average poolings. */
export interface AveragePoolOptions extends PoolOptions {
  /** Whether padding counts as elements of 0. @defaultValue false, as in ONNX; PyTorch counts it */
  readonly countPadding?: boolean;
}

/** Options of {@link Tensor.interpolate}: a size or a scale. */
export interface InterpolateOptions {
  /** The spatial sizes that come out, for all axes or for each. */
  readonly size?: Dim | readonly Dim[];
  /** By how much each axis grows: a size of `floor(size · scale)`. */
  readonly scale?: PerAxis;
  /** The nearest element, or a straight line between neighbours along each axis in turn. @defaultValue 'nearest' */
  readonly mode?: 'nearest' | 'linear';
  /** Whether the first and last elements lie on each other: `coordinates: 'align_corners'`. @defaultValue false */
  readonly alignCorners?: boolean;
  /** Where an element lies, as ONNX names it. @defaultValue 'asymmetric' for the nearest, 'half_pixel' for lines */
  readonly coordinates?: ResizeCoordinates;
  /** Which element is the nearest, as ONNX names it. @defaultValue 'floor' */
  readonly rounding?: ResizeRounding;
}

/** What {@link Tensor.batchNorm} gives. */
export interface BatchNormResult {
  /** The normalised values, in the shape of what went in. */
  readonly y: Tensor;
  /** The mean of each channel in this batch, `[channels]`. */
  readonly mean: Tensor;
  /** The variance of each channel in this batch, divided by n, `[channels]`. */
  readonly variance: Tensor;
}

/** One number for each axis. @throws LimbeckError `invalid-option` for another number of them */
export function perAxis(
  where: string,
  name: string,
  given: PerAxis,
  axes: number,
): readonly number[] {
  if (typeof given === 'number') return Array.from({ length: axes }, () => given);
  if (given.length === axes) return given;
  return refuseCount(where, name, given, `${axes} numbers, or one`);
}

/** Padding in front of each axis, then behind each. @throws LimbeckError `invalid-option` */
export function padsOf(where: string, given: PerAxis, axes: number): readonly number[] {
  if (typeof given === 'number') return Array.from({ length: 2 * axes }, () => given);
  if (given.length === axes) return [...given, ...given];
  if (given.length === 2 * axes) return given;
  return refuseCount(where, 'padding', given, `1, ${axes} or ${2 * axes} numbers`);
}

/** Throws the error of an option with too many or too few numbers, or others than it takes. */
export function refuseCount(
  where: string,
  name: string,
  given: readonly Dim[],
  expected: string,
): never {
  throw new LimbeckError('invalid-option', {
    where,
    given: `${name} [${given.join(', ')}]`,
    expected,
    next: 'Give one number, or one for each axis; padding may have one for each side.',
  });
}

/** The kernel's sizes of weights `[a, b, …kernel]`. @throws LimbeckError `shape-mismatch` */
export function kernelOf(where: string, x: Tensor, weight: Tensor, axes: number): number[] {
  const sizes = weight.shape.slice(2).filter((size) => typeof size === 'number');
  const fits = weight.shape.length === axes + 2 && sizes.length === axes;
  const expected = `[…, …, ${axes === 1 ? 'kernel' : 'height, width'}] in numbers as weights`;
  return fits ? sizes : refuseShapes(where, [x.shape, weight.shape], expected);
}

const modes = ['nearest', 'linear'];

/** @throws LimbeckError `invalid-option` for a name that is none: a kernel would take it for another. */
export function checkResizeNames(names: {
  mode: string;
  coordinates: string;
  rounding: string;
}): void {
  const known: { readonly [option: string]: readonly string[] } = {
    mode: modes,
    coordinates: resizeCoordinates,
    rounding: resizeRoundings,
  };
  for (const [option, own] of Object.entries(known)) {
    const name = names[option as keyof typeof names];
    if (own.includes(name)) continue;
    throw new LimbeckError('invalid-option', {
      where: 'interpolate',
      given: `${option} "${name}"`,
      expected: `one of ${own.join(', ')}`,
      next: 'Leave it out for its default.',
    });
  }
}

/** What {@link InterpolateOptions} ask for. @throws LimbeckError `invalid-option` */
export function resizeTarget(
  shape: readonly Dim[],
  { size, scale }: InterpolateOptions,
): { readonly size: readonly Dim[]; readonly factors?: readonly number[] } {
  const axes = Math.max(0, shape.length - 2);
  if ((size === undefined) === (scale === undefined)) {
    throw new LimbeckError('invalid-option', {
      where: 'interpolate',
      given: size === undefined ? 'neither a size nor a scale' : 'a size and a scale',
      expected: 'one of the two',
      next: 'Say size: [height, width], or scale: 2.',
    });
  }
  if (size !== undefined) {
    const sizes = Array.isArray(size) ? size : shape.slice(2).map(() => size);
    if (sizes.length !== axes) refuseCount('interpolate', 'size', sizes, `${axes} sizes, or one`);
    return { size: sizes as readonly Dim[] };
  }
  const factors = perAxis('interpolate', 'scale', scale!, axes);
  return { size: factors.map((factor, axis) => scaled(shape[axis + 2]!, factor)), factors };
}

/** floor(size · factor); a size known at run time by a whole number or the inverse of one. */
function scaled(size: Dim, factor: number): Dim {
  checkPositive('interpolate', { scale: factor }, 'Use 1 to keep an axis as it is.');
  if (typeof size === 'number') return Math.floor(size * factor);
  if (Number.isInteger(factor)) return multiplyDims(size, factor);
  const inverse = Math.round(1 / factor);
  if (Math.abs(inverse * factor - 1) < 1e-12) return floorDivideDim(size, inverse);
  return refuseCount(
    'interpolate',
    'scale',
    [factor],
    'a whole number, or 1 over one, for a size that is a name',
  );
}
