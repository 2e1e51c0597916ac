import { checkWhole, type Dim, LimbeckError, type Spec } from '@limbeck/core';
import { addDims, floorDivideDim, sameDim, subtractDims } from '../dims.js';
import type { OnnxAttribute } from '../operator.js';
import { ints, refuseShapes, stridesOf } from './support.js';

/** How windows lie over the spatial axes of `[batch, channels, …spatial]`: one number an axis. */
export interface WindowGeometry {
  /** How many elements a window takes along each axis. */
  readonly kernel: readonly number[];
  /** How far the next window begins behind one, in elements. */
  readonly stride: readonly number[];
  /** How far the elements of a window lie apart; 1 where they are neighbours. */
  readonly dilation: readonly number[];
  /** Elements outside the tensor that windows may reach: in front of each axis, then behind each, as ONNX has them. */
  readonly pads: readonly number[];
}

/** The spatial sizes of `[batch, channels, …spatial]`. */
export function spatialOf<D extends Dim>(shape: readonly D[]): readonly D[] {
  return shape.slice(2);
}

/** How far a window reaches along each axis: 1 for one element. */
export function reachOf({ kernel, dilation }: WindowGeometry): number[] {
  return kernel.map((size, axis) => (size - 1) * dilation[axis]! + 1);
}

/** The number of channels, which windows need as a number. @throws LimbeckError `shape-mismatch` */
export function channelsOf(operator: string, spec: Spec, axes: number): number {
  const channels = spec.shape[1];
  if (spec.shape.length !== axes + 2 || typeof channels !== 'number') {
    const sizes = axes === 1 ? 'length' : 'height, width';
    refuseShapes(operator, [spec.shape], `[batch, channels, ${sizes}] with a number of channels`);
  }
  return channels;
}

function checkGeometry(operator: string, geometry: WindowGeometry): void {
  const { kernel, stride, dilation, pads } = geometry;
  const next = 'Leave an option out to have its default.';
  kernel.forEach((size, axis) => {
    const own = { kernel: size, stride: stride[axis], dilation: dilation[axis] };
    checkWhole(operator, own, 1, next);
  });
  for (const padding of pads) checkWhole(operator, { padding }, 0, next);
}

/**
 * How many windows fit along each axis.
 *
 * @param ceil - whether a last window may reach past the end, as long as it begins inside the tensor or the padding in front
 * @throws LimbeckError `invalid-option`, `shape-mismatch`
 */
export function windowCounts(
  operator: string,
  spatial: readonly Dim[],
  geometry: WindowGeometry,
  ceil = false,
): Dim[] {
  checkGeometry(operator, geometry);
  const { stride, pads } = geometry;
  return reachOf(geometry).map((reach, axis) => {
    const size = spatial[axis]!;
    const [step, before, after] = [stride[axis]!, pads[axis]!, pads[axis + spatial.length]!];
    const room = subtractDims(addDims(size, before, after), reach);
    if (typeof room === 'number' && room < 0) {
      refuseShapes(
        operator,
        [['batch', 'channels', ...spatial]],
        `a size of at least ${reach - before - after} at axis ${axis + 2}, since a window reaches over ${reach}`,
        'Pad the axis, or take a smaller kernel.',
      );
    }
    if (!ceil) return addDims(floorDivideDim(room, step), 1);
    const count = addDims(floorDivideDim(addDims(room, step - 1), step), 1);
    // A window that would begin in the padding behind is left out.
    if (after + step <= reach) return count;
    if (typeof size !== 'number') return refuseCeil(operator, size);
    const last = ((count as number) - 1) * step;
    return last >= size + before ? (count as number) - 1 : count;
  });
}

function refuseCeil(operator: string, size: Dim): never {
  throw new LimbeckError('invalid-option', {
    where: operator,
    given: `ceil with the size "${size}", which is known at run time`,
    expected: 'a number as size, or windows that overlap',
    next: 'Give the axis a number as its size, or leave ceil out and pad.',
  });
}

/** Refuses spatial sizes that windows over `spatial` do not give. @throws LimbeckError `shape-mismatch` */
export function checkCounts(
  operator: string,
  given: Spec,
  spatial: readonly Dim[],
  geometry: WindowGeometry,
): void {
  const counts = windowCounts(operator, spatial, geometry);
  const fits = counts.every((count, axis) => sameDim(count, given.shape[axis + 2]!));
  if (fits) return;
  refuseShapes(operator, [given.shape], `[batch, channels, ${counts.join(', ')}]`);
}

/**
 * For each window, in order, and each of its elements: where that lies in the plane of the spatial axes, or −1 outside
 * of it.
 */
export function windowTaps(
  spatial: readonly number[],
  counts: readonly number[],
  { kernel, stride, dilation, pads }: WindowGeometry,
): Int32Array {
  const steps = stridesOf(spatial);
  const windows = positions(counts);
  const elements = positions(kernel);
  const taps = new Int32Array(windows.length * elements.length);
  let at = 0;
  for (const window of windows) {
    for (const element of elements) {
      let offset = 0;
      for (let axis = 0; axis < spatial.length && offset >= 0; axis++) {
        const place =
          window[axis]! * stride[axis]! - pads[axis]! + element[axis]! * dilation[axis]!;
        offset = place < 0 || place >= spatial[axis]! ? -1 : offset + place * steps[axis]!;
      }
      taps[at++] = offset;
    }
  }
  return taps;
}

/** All positions of a shape in row-major order. */
function positions(shape: readonly number[]): readonly (readonly number[])[] {
  return shape.reduce<readonly (readonly number[])[]>(
    (lead, size) => lead.flatMap((start) => Array.from({ length: size }, (_, i) => [...start, i])),
    [[]],
  );
}

/** The geometry as ONNX attributes. */
export function onnxWindows(geometry: WindowGeometry): { readonly [name: string]: OnnxAttribute } {
  return {
    kernel_shape: ints(geometry.kernel),
    strides: ints(geometry.stride),
    dilations: ints(geometry.dilation),
    pads: ints(geometry.pads),
  };
}
