import { type Dim, sizeOf } from '@limbeck/core';
import type { Operator } from '../operator.js';
import { checkGroups, type ConvGeometry, named, weightGradient } from './conv.js';
import { checkDtype, checkSameDtype, floats, refuseShapes } from './support.js';
import { transposedWindows } from './transposed-windows.js';
import { channelsOf, checkCounts, spatialOf, windowTaps } from './windows.js';

/** Attributes of `convTranspose`: the geometry is that of the convolution whose adjoint it is. */
export interface ConvTransposeGeometry extends ConvGeometry {
  /** The spatial sizes that come out. */
  readonly size: readonly Dim[];
}

/**
 * The adjoint of a convolution by its input: `[batch, in, …windows]` with weights `[in, out/groups, …kernel]` gives
 * `[batch, out, …size]`.
 */
export const convTranspose: Operator<ConvTransposeGeometry> = {
  name: 'convTranspose',
  infer: ([x, weight], { size, ...geometry }) => {
    const where = named('convTranspose', geometry);
    checkSameDtype(where, [x!, weight!]);
    checkDtype(where, x!, floats);
    const channels = channelsOf(where, x!, geometry.kernel.length);
    checkGroups(where, geometry.groups, channels);
    const [inner, outputs] = weight!.shape;
    if (inner !== channels || typeof outputs !== 'number') {
      refuseShapes(where, [x!.shape, weight!.shape], `[${channels}, out, …kernel] as weights`);
    }
    checkCounts(where, x!, size, geometry);
    return [{ dtype: x!.dtype, shape: [x!.shape[0]!, outputs * geometry.groups, ...size] }];
  },
  evaluate: ([x, weight], attributes, [out]) => {
    const [spatial, counts] = [spatialOf(out!.shape), spatialOf(x!.shape)];
    const taps = windowTaps(spatial, counts, attributes);
    const [plane, windows] = [sizeOf(spatial), sizeOf(counts)];
    const elements = sizeOf(attributes.kernel);
    const [batch, channels] = x!.shape as [number, number];
    const outer = weight!.shape[1]!;
    const y = new Float64Array(sizeOf(out!.shape));
    for (let n = 0, at = 0; n < batch; n++) {
      for (let c = 0; c < channels; c++) {
        const group = Math.floor((c * attributes.groups) / channels);
        const first = n * out!.shape[1]! + group * outer;
        for (let window = 0; window < windows; window++, at++) {
          for (let o = 0; o < outer; o++) {
            const into = (first + o) * plane;
            const by = (c * outer + o) * elements;
            for (let k = 0; k < elements; k++) {
              const tap = taps[window * elements + k]!;
              if (tap >= 0) y[into + tap]! += x!.data[at]! * weight!.data[by + k]!;
            }
          }
        }
      }
    }
    return [y];
  },
  // Its adjoint is the convolution, whose weights [out, in/groups, …] lie as these do: [in, out/groups, …].
  gradient: ({ inputs: [x, weight], upstream: [dy], attributes: { size: _size, ...geometry } }) => [
    dy!.convolve(weight!, geometry),
    weightGradient(dy!, x!, geometry).reshape(weight!.shape),
  ],
  lower: (emit, { size, ...geometry }) =>
    transposedWindows(emit, emit.inputs[1]!, geometry.groups, geometry, size),
};
