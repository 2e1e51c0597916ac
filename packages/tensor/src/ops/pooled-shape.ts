import { type Dim, LimbeckError, type Spec } from '@limbeck/core';
import { sameShape } from '../dims.js';
import type { OnnxAttribute } from '../operator.js';
import { checkDtype, floats, int, refuseShapes } from './support.js';
import { onnxWindows, spatialOf, windowCounts, type WindowGeometry } from './windows.js';

/** Attributes of the poolings. */
export interface PoolGeometry extends WindowGeometry {
  /** Whether a last window may reach past the end. */
  readonly ceil: boolean;
}

/** What a pooling gives. @throws LimbeckError `invalid-option`, `shape-mismatch` */
export function pooledShape(where: string, x: Spec, geometry: PoolGeometry): Dim[] {
  checkDtype(where, x, floats);
  const axes = geometry.kernel.length;
  if (x.shape.length !== axes + 2) {
    const sizes = axes === 1 ? 'length' : 'height, width';
    refuseShapes(where, [x.shape], `[batch, channels, ${sizes}]`);
  }
  geometry.pads.forEach((padding, i) => {
    const size = geometry.kernel[i % axes]!;
    if (padding < size) return;
    throw new LimbeckError('invalid-option', {
      where,
      given: `padding ${padding} for a kernel of ${size}`,
      expected: 'less padding than the kernel is wide, so that each window holds an element',
      next: 'Take a larger kernel or less padding.',
    });
  });
  const counts = windowCounts(where, spatialOf(x.shape), geometry, geometry.ceil);
  checkFilled(where, spatialOf(x.shape), counts, geometry);
  return [...x.shape.slice(0, 2), ...counts];
}

/**
 * The geometry as ONNX attributes. The standard's shape inference counts a last window that would begin past the end, which
 * ONNX Runtime then leaves out: `ceil_mode` stands only where both agree.
 */
export function onnxPool(
  where: string,
  x: Spec,
  geometry: PoolGeometry,
): { readonly [name: string]: OnnxAttribute } {
  const [ceil, floor] = [geometry.ceil, false].map((up) =>
    windowCounts(where, spatialOf(x.shape), geometry, up),
  );
  const mode = int(sameShape(ceil!, floor!) ? 0 : 1);
  return { ceil_mode: mode, ...onnxWindows(geometry) };
}

/**
 * Steps of a window that are wider than the axis can leap over all of it: engines give different values then. Axes with names as
 * sizes pass.
 *
 * @throws LimbeckError `invalid-option`
 */
export function checkFilled(
  where: string,
  spatial: readonly Dim[],
  counts: readonly Dim[],
  geometry: PoolGeometry,
): void {
  spatial.forEach((size, axis) => checkAxis(where, size, counts[axis]!, axis, geometry));
}

function checkAxis(
  where: string,
  size: Dim,
  count: Dim,
  axis: number,
  { kernel, stride, dilation, pads }: PoolGeometry,
): void {
  const [step, front] = [dilation[axis]!, pads[axis]!];
  if (typeof size !== 'number' || typeof count !== 'number' || step <= size) return;
  for (let window = 0; window < count; window++) {
    const start = window * stride[axis]! - front;
    const first = start < 0 ? Math.ceil(-start / step) : 0;
    if (first < kernel[axis]! && start + first * step < size) continue;
    throw new LimbeckError('invalid-option', {
      where,
      given: `dilation ${step} for a size of ${size} at axis ${axis + 2}`,
      expected: 'windows that each hold an element, not padding alone',
      next: 'Take a smaller dilation or less padding.',
    });
  }
}
