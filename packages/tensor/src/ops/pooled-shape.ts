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
