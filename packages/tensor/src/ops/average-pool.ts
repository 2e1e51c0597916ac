import { sizeOf } from '@limbeck/core';
import { addDims, multiplyDims, sameDim } from '../dims.js';
import type { Operator } from '../operator.js';
import type { Tensor } from '../tensor.js';
import { type ConvGeometry, named } from './conv.js';
import { checkFilled, onnxPool, pooledShape, type PoolGeometry } from './pooled-shape.js';
import { int } from './support.js';
import { reachOf, spatialOf, windowTaps } from './windows.js';

/** Attributes of {@link averagePool}. */
export interface AveragePoolGeometry extends PoolGeometry {
  /** Whether the padding counts as elements of 0; what lies past it never does. */
  readonly countPadding: boolean;
}

/** How many elements each window counts. */
function counted(
  spatial: readonly number[],
  counts: readonly number[],
  geometry: AveragePoolGeometry,
): Int32Array {
  const { pads, countPadding } = geometry;
  const wide = spatial.map((size, axis) => size + pads[axis]! + pads[axis + spatial.length]!);
  const taps = countPadding
    ? windowTaps(wide, counts, { ...geometry, pads: pads.map(() => 0) })
    : windowTaps(spatial, counts, geometry);
  const elements = sizeOf(geometry.kernel);
  return Int32Array.from({ length: sizeOf(counts) }, (_, window) =>
    taps
      .subarray(window * elements, (window + 1) * elements)
      .reduce((n, tap) => n + +(tap >= 0), 0),
  );
}

/** The mean of each window: `[batch, channels, …spatial]` gives `[batch, channels, …windows]`. */
export const averagePool: Operator<AveragePoolGeometry> = {
  name: 'averagePool',
  infer: ([x], geometry) => {
    const shape = pooledShape(named('averagePool', geometry), x!, geometry);
    return [{ dtype: x!.dtype, shape }];
  },
  evaluate: ([x], geometry, [out]) => {
    const [spatial, counts] = [spatialOf(x!.shape), spatialOf(out!.shape)];
    checkFilled(named('averagePool', geometry), spatial, counts, geometry);
    const taps = windowTaps(spatial, counts, geometry);
    const divisors = counted(spatial, counts, geometry);
    const [plane, windows] = [sizeOf(spatial), sizeOf(counts)];
    const elements = sizeOf(geometry.kernel);
    const y = new Float64Array(sizeOf(out!.shape));
    for (let at = 0; at < y.length; at++) {
      const window = at % windows;
      const from = Math.floor(at / windows) * plane;
      let total = 0;
      for (let k = 0; k < elements; k++) {
        const tap = taps[window * elements + k]!;
        if (tap >= 0) total += x!.data[from + tap]!;
      }
      y[at] = total / divisors[window]!;
    }
    return [y];
  },
  gradient: ({ inputs: [x], upstream: [dy], attributes }) => [spread(x!, dy!, attributes)],
  lower: (emit, { countPadding, ...geometry }) =>
    emit.node('AveragePool', emit.inputs, emit.outputs, {
      count_include_pad: int(countPadding ? 1 : 0),
      ...onnxPool('averagePool', emit.inputSpecs[0]!, geometry),
    }),
};

/** The adjoint: each window's share, given back to each of its elements. */
function spread(x: Tensor, dy: Tensor, geometry: AveragePoolGeometry): Tensor {
  const { kernel } = geometry;
  const [spatial, counts] = [spatialOf(x.shape), spatialOf(dy.shape)];
  const whole = counts.every((count, axis) =>
    sameDim(multiplyDims(count, kernel[axis]!), spatial[axis]!),
  );
  if (whole && isPlain(geometry)) {
    const lead = x.shape.slice(0, 2);
    const apart = dy
      .div(sizeOf(kernel))
      .reshape([...lead, ...counts.flatMap((count) => [count, 1])]);
    const wide = counts.flatMap((count, axis) => [count, kernel[axis]!]);
    return apart.expand([...lead, ...wide]).reshape(x.shape);
  }
  const { pads: _pads, ceil: _ceil, countPadding: _count, ...rest } = geometry;
  const covering = { ...rest, pads: coveringPads(x, dy, geometry), groups: 1 };
  const ones = x.scalar(1).expand([1, 1, ...kernel]);
  const planes = multiplyDims(...x.shape.slice(0, 2));
  const shares = dy.div(divisors(x, ones, geometry, covering)).reshape([planes, 1, ...counts]);
  return shares.convolveTransposed(ones, { ...covering, size: spatial }).reshape(x.shape);
}

/** Whether windows lie side by side, without padding. */
function isPlain({ kernel, stride, dilation, pads }: AveragePoolGeometry): boolean {
  const beside = kernel.every((size, axis) => size === stride[axis] && dilation[axis] === 1);
  return beside && pads.every((padding) => padding === 0);
}

/** Padding with which as many windows fit without `ceil`. */
function coveringPads(x: Tensor, dy: Tensor, geometry: AveragePoolGeometry): number[] {
  const { pads, stride, ceil } = geometry;
  const axes = stride.length;
  if (!ceil) return [...pads];
  const extra = reachOf(geometry).map((reach, axis) => {
    const [size, count] = [x.shape[axis + 2]!, dy.shape[axis + 2]!];
    if (typeof size !== 'number' || typeof count !== 'number') return stride[axis]! - 1;
    const covered = (count - 1) * stride[axis]! + reach;
    return Math.max(0, covered - size - pads[axis]! - pads[axis + axes]!);
  });
  return pads.map((padding, i) => (i < axes ? padding : padding + extra[i - axes]!));
}

/** How many elements each window counts, `[1, 1, …windows]`, or the number where it is the same for all. */
function divisors(
  x: Tensor,
  ones: Tensor,
  { pads, kernel, ceil, countPadding }: AveragePoolGeometry,
  covering: ConvGeometry,
): Tensor | number {
  if (!ceil && (countPadding || pads.every((padding) => padding === 0))) return sizeOf(kernel);
  const axes = kernel.length;
  const spatial = spatialOf(x.shape);
  if (!countPadding)
    return x
      .scalar(1)
      .expand([1, 1, ...spatial])
      .convolve(ones, covering);
  const padded = spatial.map((size, axis) => addDims(size, pads[axis]!, pads[axis + axes]!));
  const past = covering.pads.map((padding, i) => padding - pads[i]!);
  return x
    .scalar(1)
    .expand([1, 1, ...padded])
    .convolve(ones, { ...covering, pads: past });
}
