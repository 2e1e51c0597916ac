import { type Dim, sizeOf } from '@limbeck/core';
import { hostTensor } from '@limbeck/core';
import { sameDim } from '../dims.js';
import type { Emitter, Operator } from '../operator.js';
import type { Tensor } from '../tensor.js';
import { type AxisRule, type Source, sourcesOf } from './resize-coordinates.js';
import { checkDtype, floats, int, refuseShapes } from './support.js';
import { spatialOf } from './windows.js';

/** Attributes of {@link resize}. */
export interface ResizeAttributes extends AxisRule {
  /** The spatial sizes that come out. */
  readonly size: readonly Dim[];
  /** By what coordinates are divided, an axis each; without it the ratios of the sizes. */
  readonly factors?: readonly number[];
}

/** Elements of one axis made anew from sources; `stride` apart, in planes of `span`. */
function along(
  data: Float64Array,
  [before, from, after]: readonly [number, number, number],
  sources: readonly Source[],
): Float64Array {
  const out = new Float64Array(before * sources.length * after);
  let at = 0;
  for (let n = 0; n < before; n++) {
    for (const { low, high, share } of sources) {
      const [a, b] = [(n * from + low) * after, (n * from + high) * after];
      for (let i = 0; i < after; i++, at++) {
        // A neighbour without a share may be infinite: it is not multiplied in.
        out[at] = share === 0 ? data[a + i]! : data[a + i]! * (1 - share) + data[b + i]! * share;
      }
    }
  }
  return out;
}

/** `[batch, channels, …spatial]` at other spatial sizes, as ONNX's Resize: axes one after another. */
export const resize: Operator<ResizeAttributes> = {
  name: 'resize',
  infer: ([x], { size }) => {
    checkDtype('interpolate', x!, floats);
    if (x!.shape.length !== size.length + 2 || size.length < 1 || size.length > 2) {
      refuseShapes('interpolate', [x!.shape], '[batch, channels, length] or [… height, width]');
    }
    return [{ dtype: x!.dtype, shape: [...x!.shape.slice(0, 2), ...size] }];
  },
  evaluate: ([x], attributes, [out]) => {
    let data = x!.data;
    const shape = [...x!.shape];
    spatialOf(out!.shape).forEach((to, i) => {
      const axis = i + 2;
      const sizes = [sizeOf(shape.slice(0, axis)), shape[axis]!, sizeOf(shape.slice(axis + 1))];
      const sources = sourcesOf(shape[axis]!, to, attributes.factors?.[i], attributes);
      data = along(data, sizes as [number, number, number], sources);
      shape[axis] = to;
    });
    return [data];
  },
  // Resizing is a product with a matrix along each axis; its adjoint one with the transposed.
  gradient: ({ inputs: [x], upstream: [dy], attributes }) => {
    const { size, factors, ...rule } = attributes;
    const matrix = (axis: number): Tensor | undefined => {
      const [from, to] = [x!.shape[axis + 2]!, size[axis]!];
      const factor = factors?.[axis];
      if (sameDim(from, to) && (factor ?? 1) === 1) return undefined;
      return dy!.resizeMatrix({ ...rule, from, to, factor });
    };
    const [first, last] = [size.length === 2 ? matrix(0) : undefined, matrix(size.length - 1)];
    const across = last === undefined ? dy! : dy!.matmul(last);
    return [first === undefined ? across : first.matmul(across, { transposeA: true })];
  },
  lower: (emit, attributes) => {
    const [x, y] = [emit.inputs[0]!, emit.outputs[0]!];
    const [batch, channels, ...spatial] = emit.inputSpecs[0]!.shape;
    if (spatial.length === 2)
      return writeResize(emit, x, y, attributes, emit.outputSpecs[0]!.shape);
    // ONNX Runtime takes three axes for a volume: a height of 1 makes an image of them.
    const [image, wide] = [emit.fresh(), emit.fresh()];
    const whole = { allowzero: int(1) };
    const [before, after] = [
      [batch!, channels!, 1, ...spatial],
      [batch!, channels!, 1, ...attributes.size],
    ];
    emit.node('Reshape', [x, emit.shape(before)], [image], whole);
    writeResize(emit, image, wide, attributes, after);
    emit.node('Reshape', [wide, emit.shape(emit.outputSpecs[0]!.shape)], [y], whole);
  },
};

function writeResize(
  emit: Emitter,
  from: string,
  to: string,
  { factors, mode, coordinates, rounding }: ResizeAttributes,
  shape: readonly Dim[],
): void {
  const ones = Array.from({ length: 4 - (factors?.length ?? 0) }, () => 1);
  const target =
    factors === undefined
      ? ['', '', emit.shape(shape)]
      : ['', emit.constant(hostTensor('float32', [4], [...ones, ...factors]))];
  emit.node('Resize', [from, ...target], [to], {
    mode: { string: mode },
    coordinate_transformation_mode: { string: coordinates },
    ...(mode === 'nearest' ? { nearest_mode: { string: rounding } } : {}),
  });
}
