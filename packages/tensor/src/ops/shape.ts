import { checkWhole, type Dim, LimbeckError, sizeOf } from '@limbeck/core';
import {
  addDims,
  floorDivideDim,
  multiplyDims,
  sameDim,
  sameShape,
  subtractDims,
} from '../dims.js';
import type { Operator } from '../operator.js';
import {
  broadcastIndex,
  broadcastShapes,
  checkSameDtype,
  frontAxis,
  int,
  int64s,
  ints,
  refuseShapes,
  stridesOf,
  walk,
  zeroOf,
} from './support.js';

/** Attributes of {@link reshape} and {@link expand}. */
export interface ShapeAttributes {
  readonly shape: readonly Dim[];
}

/** The same elements, in order, in another shape. */
export const reshape: Operator<ShapeAttributes> = {
  name: 'reshape',
  infer: ([x], { shape }) => {
    if (!sameDim(multiplyDims(...x!.shape), multiplyDims(...shape))) {
      refuseShapes('reshape', [x!.shape, shape], 'two shapes with equally many elements');
    }
    return [{ dtype: x!.dtype, shape }];
  },
  evaluate: ([x]) => [x!.data],
  gradient: ({ inputs: [x], upstream: [dy] }) => [dy!.reshape(x!.shape)],
  lower: (emit, { shape }) =>
    emit.node('Reshape', [emit.inputs[0]!, emit.shape(shape)], emit.outputs, {
      allowzero: int(1),
    }),
};

/** Elements repeated along axes of size 1, or along new axes in front. */
export const expand: Operator<ShapeAttributes> = {
  name: 'expand',
  infer: ([x], { shape }) => {
    if (!sameShape(broadcastShapes('expand', x!.shape, shape), shape)) {
      refuseShapes('expand', [x!.shape, shape], 'a shape that the first broadcasts to');
    }
    return [{ dtype: x!.dtype, shape }];
  },
  evaluate: ([x], _attributes, [out]) => {
    const from = broadcastIndex(x!.shape, out!.shape);
    return [Float64Array.from(from, (index) => x!.data[index]!)];
  },
  gradient: ({ inputs: [x], upstream: [dy] }) => [dy!.sumTo(x!.shape)],
  lower: (emit, { shape }) =>
    emit.node('Expand', [emit.inputs[0]!, emit.shape(shape)], emit.outputs),
};

/** Attributes of {@link transpose}. */
export interface TransposeAttributes {
  readonly order: readonly number[];
}

/** Axes in another order. */
export const transpose: Operator<TransposeAttributes> = {
  name: 'transpose',
  infer: ([x], { order }) => {
    const sorted = [...order].sort((a, b) => a - b);
    if (sorted.length !== x!.shape.length || sorted.some((axis, i) => axis !== i)) {
      refuseShapes(
        'transpose',
        [x!.shape],
        `an order that names each axis once, not [${order.join(', ')}]`,
      );
    }
    return [{ dtype: x!.dtype, shape: order.map((axis) => x!.shape[axis]!) }];
  },
  evaluate: ([x], { order }, [out]) => {
    const strides = stridesOf(x!.shape);
    const from = walk(
      out!.shape,
      order.map((axis) => strides[axis]!),
    );
    return [Float64Array.from(from, (index) => x!.data[index]!)];
  },
  gradient: ({ upstream: [dy], attributes: { order } }) => {
    const back = order.map((_, axis) => order.indexOf(axis));
    return [dy!.transpose(back)];
  },
  lower: (emit, { order }) =>
    emit.node('Transpose', emit.inputs, emit.outputs, { perm: ints(order) }),
};

/** Attributes of {@link concat}. */
export interface ConcatAttributes {
  readonly axis: number;
}

/** Tensors one after another along an axis. */
export const concat: Operator<ConcatAttributes> = {
  name: 'concat',
  infer: (inputs, { axis }) => {
    checkSameDtype('concat', inputs);
    const [first] = inputs;
    frontAxis('concat', axis, first!.shape.length);
    const fits = inputs.every(
      ({ shape }) =>
        shape.length === first!.shape.length &&
        shape.every((dim, other) => other === axis || sameDim(dim, first!.shape[other]!)),
    );
    if (!fits) {
      refuseShapes(
        'concat',
        inputs.map(({ shape }) => shape),
        `shapes that differ at axis ${axis} alone`,
      );
    }
    const shape = [...first!.shape];
    shape[axis] = addDims(...inputs.map((input) => input.shape[axis]!));
    return [{ dtype: first!.dtype, shape }];
  },
  evaluate: (inputs, { axis }, [out]) => {
    const result = new Float64Array(sizeOf(out!.shape));
    const strides = stridesOf(out!.shape);
    let offset = 0;
    for (const input of inputs) {
      const into = walk(input.shape, strides, offset * strides[axis]!);
      for (let i = 0; i < into.length; i++) result[into[i]!] = input.data[i]!;
      offset += input.shape[axis]!;
    }
    return [result];
  },
  gradient: ({ inputs, upstream: [dy], attributes: { axis } }) => {
    let start: Dim = 0;
    return inputs.map((input) => {
      const from = start;
      start = addDims(start, input.shape[axis]!);
      return dy!.slice(axis, from, start);
    });
  },
  lower: (emit, { axis }) => emit.node('Concat', emit.inputs, emit.outputs, { axis: int(axis) }),
};

/** Attributes of {@link slice} and {@link unslice}: elements `start, start + step, …` below `stop`. */
export interface SliceAttributes {
  readonly axis: number;
  readonly start: Dim;
  readonly stop: Dim;
  readonly step: number;
  /** The size of the axis in the whole tensor. */
  readonly size: Dim;
}

function sliceLength({ start, stop, step }: SliceAttributes): Dim {
  return floorDivideDim(addDims(subtractDims(stop, start), step - 1), step);
}

function checkRange(operator: string, start: number, stop: number, size: number): void {
  if (start >= 0 && start <= stop && stop <= size) return;
  throw new LimbeckError('shape-mismatch', {
    where: operator,
    given: `the range ${start} to ${stop} of an axis of ${size}`,
    expected: `a range inside 0 to ${size}`,
    next: 'Check the sizes of the tensors that were fed.',
  });
}

/** Every `step`-th element along an axis. */
export const slice: Operator<SliceAttributes> = {
  name: 'slice',
  infer: ([x], attributes) => {
    const { axis, start, stop, size, step } = attributes;
    checkWhole('slice', { step }, 1, 'Use 1 to take every element.');
    const bad =
      (typeof start === 'number' && typeof stop === 'number' && start > stop) ||
      (typeof stop === 'number' && typeof size === 'number' && stop > size);
    if (bad) {
      refuseShapes('slice', [x!.shape], `a range inside axis ${axis}, not ${start} to ${stop}`);
    }
    const shape = [...x!.shape];
    shape[axis] = sliceLength(attributes);
    return [{ dtype: x!.dtype, shape }];
  },
  evaluate: ([x], { axis, step, start, stop }, [out], dim) => {
    const strides = stridesOf(x!.shape);
    const from = dim(start);
    checkRange('slice', from, dim(stop), x!.shape[axis]!);
    const steps = strides.map((stride, other) => (other === axis ? stride * step : stride));
    const index = walk(out!.shape, steps, from * strides[axis]!);
    return [Float64Array.from(index, (at) => x!.data[at]!)];
  },
  gradient: ({ upstream: [dy], attributes: { axis, start, stop, step, size } }) => [
    dy!.unslice(axis, start, stop, size, step),
  ],
  lower: (emit, { axis, start, stop, step }) => {
    const bounds = [emit.shape([start]), emit.shape([stop])];
    const rest = [emit.constant(int64s([axis])), emit.constant(int64s([step]))];
    emit.node('Slice', [emit.inputs[0]!, ...bounds, ...rest], emit.outputs);
  },
};

/** Elements put at `start, start + step, …` along an axis of zeros: the adjoint of {@link slice}. */
export const unslice: Operator<SliceAttributes> = {
  name: 'unslice',
  infer: ([x], attributes) => {
    const { axis, size, step } = attributes;
    checkWhole('unslice', { step }, 1, 'Use 1 to put elements next to each other.');
    if (!sameDim(x!.shape[axis]!, sliceLength(attributes))) {
      refuseShapes('unslice', [x!.shape], `size ${sliceLength(attributes)} at axis ${axis}`);
    }
    const shape = [...x!.shape];
    shape[axis] = size;
    return [{ dtype: x!.dtype, shape }];
  },
  evaluate: ([x], { axis, start, stop, step }, [out], dim) => {
    checkRange('unslice', dim(start), dim(stop), out!.shape[axis]!);
    const result = new Float64Array(sizeOf(out!.shape));
    const strides = stridesOf(out!.shape);
    const from = dim(start);
    const steps = strides.map((stride, other) => (other === axis ? stride * step : stride));
    const index = walk(x!.shape, steps, from * strides[axis]!);
    for (let i = 0; i < index.length; i++) result[index[i]!] = x!.data[i]!;
    return [result];
  },
  gradient: ({ upstream: [dy], attributes: { axis, start, stop, step } }) => [
    dy!.slice(axis, start, stop, step),
  ],
  lower: (emit, attributes) => {
    const { axis, start, stop, step, size } = attributes;
    const spec = emit.inputSpecs[0]!;
    const zero = emit.constant(zeroOf(spec.dtype));
    const axes = emit.constant(int64s([axis]));
    if (step === 1) {
      const pads = [emit.shape([start]), emit.shape([subtractDims(size, stop)])];
      const both = emit.fresh();
      emit.node('Concat', pads, [both], { axis: int(0) });
      emit.node('Pad', [emit.inputs[0]!, both, zero, axes], emit.outputs);
      return;
    }
    // Each element becomes a row of its own, padded to `step`; the rows are joined, and cut or padded to the size.
    const [before, after] = [spec.shape.slice(0, axis), spec.shape.slice(axis + 1)];
    const count = spec.shape[axis]!;
    const joined = multiplyDims(count, step);
    const [rows, spread, flat, both] = [emit.fresh(), emit.fresh(), emit.fresh(), emit.fresh()];
    const whole = { allowzero: int(1) };
    const column = emit.shape([...before, count, 1, ...after]);
    emit.node('Reshape', [emit.inputs[0]!, column], [rows], whole);
    const inner = emit.constant(int64s([axis + 1]));
    emit.node('Pad', [rows, emit.constant(int64s([0, step - 1])), zero, inner], [spread]);
    emit.node('Reshape', [spread, emit.shape([...before, joined, ...after])], [flat], whole);
    const end = subtractDims(subtractDims(size, start), joined);
    emit.node('Concat', [emit.shape([start]), emit.shape([end])], [both], { axis: int(0) });
    emit.node('Pad', [flat, both, zero, axes], emit.outputs);
  },
};

/** Attributes of {@link dimension}. */
export interface DimensionAttributes {
  readonly dim: Dim;
}

/** A size as an int64 scalar; it needs no input, since names are bound when the graph runs. */
export const dimension: Operator<DimensionAttributes> = {
  name: 'dimension',
  infer: () => [{ dtype: 'int64', shape: [] }],
  evaluate: (_inputs, { dim }, _outputs, resolve) => [Float64Array.of(resolve(dim))],
  gradient: 'a size has no gradient',
  lower: (emit, { dim }) =>
    emit.node('Squeeze', [emit.shape([dim]), emit.constant(int64s([0]))], emit.outputs),
};

/** The numbers 0, 1, … below a size, as int64. */
export const iota: Operator<DimensionAttributes> = {
  name: 'iota',
  infer: (_inputs, { dim }) => [{ dtype: 'int64', shape: [dim] }],
  evaluate: (_inputs, _attributes, [out]) => [
    Float64Array.from({ length: out!.shape[0]! }, (_, i) => i),
  ],
  gradient: 'whole numbers have no gradient',
  lower: (emit, { dim }) => {
    const limit = emit.fresh();
    emit.node('Squeeze', [emit.shape([dim]), emit.constant(int64s([0]))], [limit]);
    const zero = emit.constant({ dtype: 'int64', shape: [], data: new BigInt64Array(1) });
    const one = emit.constant({ dtype: 'int64', shape: [], data: BigInt64Array.of(1n) });
    emit.node('Range', [zero, limit, one], emit.outputs);
  },
};
