import { type Dim, hostTensor, sizeOf, type Spec } from '@limbeck/core';
import type { Emitter, Operator } from '../operator.js';
import { checkDtype, floats, int, refuseShapes } from './support.js';
import {
  channelsOf,
  checkCounts,
  onnxWindows,
  spatialOf,
  windowCounts,
  type WindowGeometry,
  windowTaps,
} from './windows.js';
import { transposedWindows } from './transposed-windows.js';

/** A kernel `[channels·elements, 1, …kernel]` that copies each element of a window to a channel of its own. */
function copying(
  emit: Emitter,
  { dtype }: Spec,
  channels: number,
  kernel: readonly number[],
): string {
  const elements = sizeOf(kernel);
  const data = Array.from({ length: channels * elements * elements }, (_, at) =>
    Math.floor(at / elements) % elements === at % elements ? 1 : 0,
  );
  return emit.constant(hostTensor(dtype, [channels * elements, 1, ...kernel], data));
}

/**
 * The elements of each window as channels: `[batch, channels, …spatial]` gives
 * `[batch, channels·elements, …windows]`, zeros where a window reaches outside.
 */
export const unfold: Operator<WindowGeometry> = {
  name: 'unfold',
  infer: ([x], geometry) => {
    checkDtype('unfold', x!, floats);
    const channels = channelsOf('unfold', x!, geometry.kernel.length);
    const counts = windowCounts('unfold', spatialOf(x!.shape), geometry);
    const shape = [x!.shape[0]!, channels * sizeOf(geometry.kernel), ...counts];
    return [{ dtype: x!.dtype, shape }];
  },
  evaluate: ([x], geometry, [out]) => {
    const [spatial, counts] = [spatialOf(x!.shape), spatialOf(out!.shape)];
    const taps = windowTaps(spatial, counts, geometry);
    const elements = sizeOf(geometry.kernel);
    const [plane, windows] = [sizeOf(spatial), sizeOf(counts)];
    const y = new Float64Array(sizeOf(out!.shape));
    for (let row = 0, at = 0; row < x!.shape[0]! * x!.shape[1]!; row++) {
      for (let k = 0; k < elements; k++) {
        for (let window = 0; window < windows; window++, at++) {
          const tap = taps[window * elements + k]!;
          if (tap >= 0) y[at] = x!.data[row * plane + tap]!;
        }
      }
    }
    return [y];
  },
  gradient: ({ inputs: [x], upstream: [dy], attributes }) => [
    dy!.fold({ ...attributes, size: spatialOf(x!.shape) }),
  ],
  // A grouped convolution with a constant kernel of ones and zeros: faster than gathers, slices and Col2Im's inverse.
  lower: (emit, geometry) => {
    const spec = emit.inputSpecs[0]!;
    const channels = channelsOf('unfold', spec, geometry.kernel.length);
    const weight = copying(emit, spec, channels, geometry.kernel);
    const attributes = { group: int(channels), ...onnxWindows(geometry) };
    emit.node('Conv', [emit.inputs[0]!, weight], emit.outputs, attributes);
  },
};

/** Attributes of `fold`. */
export interface FoldGeometry extends WindowGeometry {
  /** The spatial sizes that come out. */
  readonly size: readonly Dim[];
}

/** Columns added back where their windows lay: the adjoint of {@link unfold}. */
export const fold: Operator<FoldGeometry> = {
  name: 'fold',
  infer: ([x], { size, ...geometry }) => {
    checkDtype('fold', x!, floats);
    const rows = channelsOf('fold', x!, geometry.kernel.length);
    const elements = sizeOf(geometry.kernel);
    if (rows % elements !== 0) {
      refuseShapes('fold', [x!.shape], `[batch, channels*${elements}, …windows]`);
    }
    checkCounts('fold', x!, size, geometry);
    return [{ dtype: x!.dtype, shape: [x!.shape[0]!, rows / elements, ...size] }];
  },
  evaluate: ([x], geometry, [out]) => {
    const [spatial, counts] = [spatialOf(out!.shape), spatialOf(x!.shape)];
    const taps = windowTaps(spatial, counts, geometry);
    const elements = sizeOf(geometry.kernel);
    const [plane, windows] = [sizeOf(spatial), sizeOf(counts)];
    const y = new Float64Array(sizeOf(out!.shape));
    for (let row = 0, at = 0; row < out!.shape[0]! * out!.shape[1]!; row++) {
      for (let k = 0; k < elements; k++) {
        for (let window = 0; window < windows; window++, at++) {
          const tap = taps[window * elements + k]!;
          if (tap >= 0) y[row * plane + tap]! += x!.data[at]!;
        }
      }
    }
    return [y];
  },
  gradient: ({ upstream: [dy], attributes: { size: _size, ...geometry } }) => [
    dy!.unfold(geometry),
  ],
  lower: (emit, { size, ...geometry }) => {
    const spec = emit.inputSpecs[0]!;
    const channels = channelsOf('fold', spec, geometry.kernel.length) / sizeOf(geometry.kernel);
    const weight = copying(emit, spec, channels, geometry.kernel);
    transposedWindows(emit, weight, channels, geometry, size);
  },
};
