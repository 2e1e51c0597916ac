import { type Dim, type DType, sizeOf } from '@limbeck/core';
import { multiplyDims } from '../dims.js';
import type { Operator, Value } from '../operator.js';
import {
  checkDtype,
  frontAxis,
  int,
  isFloat,
  refuseShapes,
  stridesOf,
  walk,
  wrap,
} from './support.js';
import { unlessEmpty } from './unless-empty.js';

const numbers: readonly DType[] = ['float32', 'float64', 'int32', 'int64'];

/** The offsets at which the lines along an axis begin, and how far apart their elements lie. */
function lines({ shape }: Pick<Value, 'shape'>, axis: number): [Int32Array, number] {
  const strides = stridesOf(shape);
  const rest = shape.map((size, other) => (other === axis ? Math.min(1, size) : size));
  return [walk(rest, strides), strides[axis]!];
}

/** Attributes of {@link cumsum}. */
export interface CumsumAttributes {
  readonly axis: number;
  /** Whether an element is left out of its own sum. */
  readonly exclusive: boolean;
  /** Whether sums run from the end. */
  readonly reverse: boolean;
}

/** Sums of all elements up to each along an axis. */
export const cumsum: Operator<CumsumAttributes> = {
  name: 'cumsum',
  infer: ([x], { axis }) => {
    checkDtype('cumsum', x!, numbers);
    frontAxis('cumsum', axis, x!.shape.length);
    return [x!];
  },
  evaluate: ([x], { axis, exclusive, reverse }) => {
    const [starts, stride] = lines(x!, axis);
    const size = x!.shape[axis]!;
    const out = new Float64Array(x!.data.length);
    for (const start of starts) {
      let total = 0;
      for (let i = 0; i < size; i++) {
        const at = start + (reverse ? size - 1 - i : i) * stride;
        const next = wrap(x!.dtype, total + x!.data[at]!);
        out[at] = exclusive ? total : next;
        total = next;
      }
    }
    return [out];
  },
  gradient: ({ upstream: [dy], attributes: { axis, exclusive, reverse } }) => [
    isFloat(dy!.dtype) ? dy!.cumsum(axis, { exclusive, reverse: !reverse }) : undefined,
  ],
  lower: (emit, { axis, exclusive, reverse }) => {
    const along = emit.constant({
      dtype: 'int64',
      shape: [],
      data: BigInt64Array.of(BigInt(axis)),
    });
    emit.node('CumSum', [emit.inputs[0]!, along], emit.outputs, {
      exclusive: int(exclusive ? 1 : 0),
      reverse: int(reverse ? 1 : 0),
    });
  },
};

/** Attributes of {@link topK}. */
export interface TopKAttributes {
  readonly axis: number;
  /** How many elements are kept. */
  readonly k: Dim;
  /** Whether the largest are kept, from the largest on, or the smallest, from the smallest on. */
  readonly largest: boolean;
}

/** The k largest or smallest elements along an axis, in order, and their int64 indices; of equal ones the first. */
export const topK: Operator<TopKAttributes> = {
  name: 'topK',
  infer: ([x], { axis, k }) => {
    checkDtype('topK', x!, numbers);
    frontAxis('topK', axis, x!.shape.length);
    const size = x!.shape[axis]!;
    if (
      typeof k === 'number' &&
      !(Number.isInteger(k) && k >= 0 && !(typeof size === 'number' && k > size))
    ) {
      refuseShapes(
        'topK',
        [x!.shape],
        `a whole k from 0 to the size of axis ${axis}, ${size}, not ${k}`,
        'Take fewer elements, or pad the axis first.',
      );
    }
    const shape = x!.shape.with(axis, k);
    return [
      { dtype: x!.dtype, shape },
      { dtype: 'int64', shape },
    ];
  },
  evaluate: ([x], { axis, largest }, [out]) => {
    const [size, k] = [x!.shape[axis]!, out!.shape[axis]!];
    if (k > size) refuseShapes('topK', [x!.shape], `at least ${k} elements along axis ${axis}`);
    const [starts, stride] = lines(x!, axis);
    const [into, outStride] = lines(out!, axis);
    const count = sizeOf(out!.shape);
    const [values, indices] = [new Float64Array(count), new Float64Array(count)];
    starts.forEach((start, line) => {
      const at = (i: number): number => x!.data[start + i * stride]!;
      const order = Array.from({ length: size }, (_, i) => i);
      order.sort((i, j) => (largest ? at(j) - at(i) : at(i) - at(j)) || i - j);
      for (let i = 0; i < k; i++) {
        values[into[line]! + i * outStride] = at(order[i]!);
        indices[into[line]! + i * outStride] = order[i]!;
      }
    });
    return [values, indices];
  },
  gradient: ({ inputs: [x], outputs: [, indices], upstream: [dy], attributes: { axis } }) => [
    dy !== undefined && isFloat(x!.dtype)
      ? dy.scatterAddAlong(indices!, x!.shape[axis]!, axis)
      : undefined,
  ],
  lower: (emit, { axis, k, largest }) => {
    const others = emit.inputSpecs[0]!.shape.filter((_, other) => other !== axis);
    // ONNX Runtime's TopK of no lines ends the process (SIGFPE).
    unlessEmpty(emit, multiplyDims(...others), {
      specs: emit.outputSpecs,
      outputs: emit.outputs,
      some: (inner, outputs) =>
        inner.node('TopK', [emit.inputs[0]!, inner.shape([k])], outputs, {
          axis: int(axis),
          largest: int(largest ? 1 : 0),
        }),
    });
  },
};
