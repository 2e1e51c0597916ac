import type { Dim, DType } from '@limbeck/core';
import { addDims, sameDim, showShape } from '../dims.js';
import type { Operator } from '../operator.js';
import {
  checkDtype,
  frontAxis,
  int,
  int64s,
  refuseShapes,
  stridesOf,
  walk,
  zeroOf,
} from './support.js';

/** Attributes of {@link split}. */
export interface SplitAttributes {
  readonly axis: number;
  readonly sizes: readonly Dim[];
}

/** An axis cut into pieces. An operator of its own, since the gradient of its pieces is one concat, not a sum of pads. */
export const split: Operator<SplitAttributes> = {
  name: 'split',
  infer: ([x], { axis, sizes }) => {
    frontAxis('split', axis, x!.shape.length);
    if (sizes.length === 0 || !sameDim(addDims(...sizes), x!.shape[axis]!)) {
      refuseShapes(
        'split',
        [x!.shape],
        `sizes that add up to axis ${axis}, not ${showShape(sizes)}`,
        'Slice the axis first where only a part of it is wanted.',
      );
    }
    return sizes.map((size) => ({ dtype: x!.dtype, shape: x!.shape.with(axis, size) }));
  },
  evaluate: ([x], { axis }, outputs) => {
    const strides = stridesOf(x!.shape);
    let start = 0;
    return outputs.map(({ shape }) => {
      const from = walk(shape, strides, start * strides[axis]!);
      start += shape[axis]!;
      return Float64Array.from(from, (index) => x!.data[index]!);
    });
  },
  gradient: ({ outputs, upstream, attributes: { axis } }) => {
    const pieces = outputs.map((piece, i) => upstream[i] ?? piece.scalar(0).expand(piece.shape));
    return [pieces[0]!.concat(pieces.slice(1), axis)];
  },
  lower: (emit, { axis, sizes }) =>
    emit.node('Split', [emit.inputs[0]!, emit.shape(sizes)], emit.outputs, { axis: int(axis) }),
};

/** Attributes of {@link flip}. */
export interface FlipAttributes {
  readonly axis: number;
}

/** An axis from its end to its beginning. */
export const flip: Operator<FlipAttributes> = {
  name: 'flip',
  infer: ([x], { axis }) => {
    frontAxis('flip', axis, x!.shape.length);
    return [x!];
  },
  evaluate: ([x], { axis }) => {
    const strides = stridesOf(x!.shape);
    const start = Math.max(0, x!.shape[axis]! - 1) * strides[axis]!;
    const from = walk(
      x!.shape,
      strides.map((stride, other) => (other === axis ? -stride : stride)),
      start,
    );
    return [Float64Array.from(from, (index) => x!.data[index]!)];
  },
  gradient: ({ upstream: [dy], attributes: { axis } }) => [dy!.flip(axis)],
  lower: (emit, { axis }) => {
    // The end of a slice that runs backwards to the first element lies before every index.
    const bounds = [[-1], [-(2 ** 31)], [axis], [-1]].map((value) => emit.constant(int64s(value)));
    emit.node('Slice', [emit.inputs[0]!, ...bounds], emit.outputs);
  },
};

/** Attributes of {@link triangle}. */
export interface TriangleAttributes {
  /** Whether what lies on and above the diagonal is kept, or what lies on and below it. */
  readonly upper: boolean;
  /** Which diagonal: 0 the main one, above 0 the ones above it. */
  readonly diagonal: number;
}

const triangleTypes: readonly DType[] = ['float32', 'float64', 'int64', 'bool'];

/** One triangle of the matrices in the last two axes, the rest 0. */
export const triangle: Operator<TriangleAttributes> = {
  name: 'triangle',
  infer: ([x], { diagonal }) => {
    checkDtype('triangle', x!, triangleTypes);
    if (x!.shape.length < 2 || !Number.isSafeInteger(diagonal)) {
      refuseShapes(
        'triangle',
        [x!.shape],
        `at least two axes and a whole diagonal, not ${diagonal}`,
      );
    }
    return [x!];
  },
  evaluate: ([x], { upper, diagonal }) => {
    const [rows, columns] = x!.shape.slice(-2) as [number, number];
    return [
      x!.data.map((element, i) => {
        const row = Math.floor(i / columns) % rows;
        const above = (i % columns) - row - diagonal;
        return (upper ? above >= 0 : above <= 0) ? element : 0;
      }),
    ];
  },
  gradient: ({ upstream: [dy], attributes: { upper, diagonal } }) => [
    upper ? dy!.triu(diagonal) : dy!.tril(diagonal),
  ],
  lower: (emit, { upper, diagonal }) => {
    const k = emit.constant({ ...zeroOf('int64'), data: BigInt64Array.of(BigInt(diagonal)) });
    emit.node('Trilu', [emit.inputs[0]!, k], emit.outputs, { upper: int(upper ? 1 : 0) });
  },
};
