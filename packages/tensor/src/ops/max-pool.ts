import { type Dim, LimbeckError, sizeOf } from '@limbeck/core';
import { multiplyDims, sameShape } from '../dims.js';
import type { Operator } from '../operator.js';
import type { Tensor } from '../tensor.js';
import { named } from './conv.js';
import { checkIndex } from './index-ops.js';
import { checkDtype, ints, refuseShapes } from './support.js';
import { checkFilled, onnxPool, pooledShape, type PoolGeometry } from './pooled-shape.js';
import { spatialOf, windowTaps } from './windows.js';

/**
 * The largest element of each window, and where that lies in the whole tensor, flattened, as int64; of equal ones the
 * first. `[batch, channels, …spatial]` gives `[batch, channels, …windows]` twice.
 */
export const maxPool: Operator<PoolGeometry> = {
  name: 'maxPool',
  infer: ([x], geometry) => {
    const shape = pooledShape(named('maxPool', geometry), x!, geometry);
    return [
      { dtype: x!.dtype, shape },
      { dtype: 'int64', shape },
    ];
  },
  evaluate: ([x], geometry, [out]) => {
    const [spatial, counts] = [spatialOf(x!.shape), spatialOf(out!.shape)];
    checkFilled(named('maxPool', geometry), spatial, counts, geometry);
    const taps = windowTaps(spatial, counts, geometry);
    const [plane, windows] = [sizeOf(spatial), sizeOf(counts)];
    const elements = sizeOf(geometry.kernel);
    const y = new Float64Array(sizeOf(out!.shape));
    const places = new Float64Array(y.length);
    for (let at = 0; at < y.length; at++) {
      const from = Math.floor(at / windows) * plane;
      const window = (at % windows) * elements;
      let best = -1;
      for (let k = 0; k < elements; k++) {
        const tap = taps[window + k]!;
        if (tap >= 0 && (best < 0 || x!.data[from + tap]! > x!.data[best]!)) best = from + tap;
      }
      y[at] = x!.data[best]!;
      places[at] = best;
    }
    return [y, places];
  },
  gradient: ({ inputs: [x], outputs: [, places], upstream: [dy], attributes }) => [
    dy === undefined ? undefined : unpooled(dy, places!, x!, attributes),
  ],
  lower: (emit, geometry) => {
    // Without the places ONNX Runtime takes a faster kernel.
    const outputs = emit.used(1) ? emit.outputs : emit.outputs.slice(0, 1);
    emit.node('MaxPool', emit.inputs, outputs, onnxPool('maxPool', emit.inputSpecs[0]!, geometry));
  },
};

/** The adjoint for given places: a scatter where windows overlap, a placement where none does. */
function unpooled(dy: Tensor, places: Tensor, x: Tensor, geometry: PoolGeometry): Tensor {
  const { kernel, stride, dilation, pads, ceil } = geometry;
  const apart = kernel.every((size, axis) => stride[axis]! >= size);
  const plain = !ceil && [...pads, ...dilation.map((step) => step - 1)].every((each) => each === 0);
  if (apart && plain && x.dtype === 'float32' && kernel.length === 2) {
    return dy.maxUnpool(places, { kernel, stride, shape: x.shape });
  }
  const flat = dy.flatten().scatterAddAlong(places.flatten(), multiplyDims(...x.shape));
  return flat.reshape(x.shape);
}

/** Attributes of `maxUnpool`: windows that do not overlap. */
export interface UnpoolAttributes {
  /** Height and width of a window. */
  readonly kernel: readonly number[];
  /** How far the next window begins behind one; at least the kernel. */
  readonly stride: readonly number[];
  /** The shape that comes out. */
  readonly shape: readonly Dim[];
}

/** Elements put where {@link maxPool} found them, in zeros: its adjoint where windows do not overlap. */
export const maxUnpool: Operator<UnpoolAttributes> = {
  name: 'maxUnpool',
  infer: ([x, places], { shape, kernel, stride }) => {
    checkDtype('maxUnpool', x!, ['float32']);
    checkDtype('maxUnpool', places!, ['int64']);
    if (x!.shape.length !== 4 || !sameShape(x!.shape, places!.shape)) {
      refuseShapes('maxUnpool', [x!.shape, places!.shape], 'a place for each element, four axes');
    }
    if (kernel.some((size, axis) => size > stride[axis]!)) {
      throw new LimbeckError('invalid-option', {
        where: 'maxUnpool',
        given: `stride ${stride.join(', ')} for a kernel of ${kernel.join(', ')}`,
        expected: 'windows that do not overlap',
        next: 'Add up with scatterAddAlong where they do.',
      });
    }
    return [{ dtype: x!.dtype, shape }];
  },
  evaluate: ([x, places], _attributes, [out]) => {
    const y = new Float64Array(sizeOf(out!.shape));
    x!.data.forEach((value, i) => {
      checkIndex('maxUnpool', places!.data[i]!, y.length);
      y[places!.data[i]!] = value;
    });
    return [y];
  },
  gradient: ({ inputs: [x, places], upstream: [dy] }) => [
    dy!.flatten().takeAlong(places!.flatten()).reshape(x!.shape),
    undefined,
  ],
  lower: (emit, { kernel, stride, shape }) => {
    const attributes = { kernel_shape: ints(kernel), strides: ints(stride) };
    emit.node('MaxUnpool', [...emit.inputs, emit.shape(shape)], emit.outputs, attributes);
  },
};
