import { type DType, LimbeckError, sizeOf, type Spec } from '@limbeck/core';
import type { Operator, Value } from '../operator.js';
import type { Tensor } from '../tensor.js';
import {
  broadcastIndex,
  broadcastShapes,
  checkDtype,
  checkSameDtype,
  floats,
  wrap,
} from './support.js';

/** Dtypes of numbers with a sign. */
export const signed: readonly DType[] = [...floats, 'int32', 'int64'];

function inferBroadcast(name: string, inputs: readonly Spec[], dtypes: readonly DType[]): Spec {
  checkSameDtype(name, inputs);
  checkDtype(name, inputs[0]!, dtypes);
  const shape = broadcastShapes(name, ...inputs.map((input) => input.shape));
  return { dtype: inputs[0]!.dtype, shape };
}

function pairs(
  [a, b]: readonly Value[],
  shape: readonly number[],
  value: (x: number, y: number) => number,
): Float64Array {
  const [x, y] = [a!.data, b!.data];
  const out = new Float64Array(sizeOf(shape));
  // Scalars and equal shapes need no index, and are what large graphs are made of.
  if (y.length === 1 && x.length === out.length) {
    for (let i = 0; i < out.length; i++) out[i] = value(x[i]!, y[0]!);
  } else if (x.length === out.length && y.length === out.length) {
    for (let i = 0; i < out.length; i++) out[i] = value(x[i]!, y[i]!);
  } else {
    const left = broadcastIndex(a!.shape, shape);
    const right = broadcastIndex(b!.shape, shape);
    for (let i = 0; i < out.length; i++) out[i] = value(x[left[i]!]!, y[right[i]!]!);
  }
  return out;
}

/** Refuses to divide a whole number by 0. @throws LimbeckError `invalid-data` */
export function checkDivisor(operator: string, divisor: number): void {
  if (divisor !== 0) return;
  throw new LimbeckError('invalid-data', {
    where: operator,
    given: 'a whole number divided by 0',
    expected: 'a divisor that is not 0',
    next: 'Use maximum(1) on counts, or divide floats.',
  });
}

/** What makes an operator of two inputs that broadcast. */
export interface BinaryRule {
  readonly dtypes: readonly DType[];
  readonly value: (x: number, y: number, dtype: DType) => number;
  /** Gradients by both inputs before they are summed to the inputs' shapes. */
  readonly gradient:
    | ((a: Tensor, b: Tensor, y: Tensor, dy: Tensor) => readonly [Tensor, Tensor])
    | string;
}

/** An operator of two inputs that broadcast. */
export function binary(name: string, onnx: string, rule: BinaryRule): Operator {
  const { dtypes, value, gradient } = rule;
  return {
    name,
    infer: (inputs) => [inferBroadcast(name, inputs, dtypes)],
    evaluate: (inputs, _attributes, [out]) => [
      pairs(inputs, out!.shape, (x, y) => wrap(out!.dtype, value(x, y, out!.dtype))),
    ],
    gradient:
      typeof gradient === 'string'
        ? gradient
        : ({ inputs: [a, b], outputs, upstream }) => {
            const [da, db] = gradient(a!, b!, outputs[0]!, upstream[0]!);
            return [da.sumTo(a!.shape), db.sumTo(b!.shape)];
          },
    lower: (emit) => emit.node(onnx, emit.inputs, emit.outputs),
  };
}

/** A comparison of two inputs that broadcast. */
export function comparison(
  name: string,
  onnx: string,
  dtypes: readonly DType[],
  value: (x: number, y: number) => boolean,
): Operator {
  return {
    name,
    infer: (inputs) => [{ dtype: 'bool', shape: inferBroadcast(name, inputs, dtypes).shape }],
    evaluate: (inputs, _attributes, [out]) => [
      pairs(inputs, out!.shape, (x, y) => (value(x, y) ? 1 : 0)),
    ],
    gradient: 'a truth value has no gradient',
    lower: (emit) => emit.node(onnx, emit.inputs, emit.outputs),
  };
}
