import { type DType, LimbeckError, type Spec } from '@limbeck/core';
import type { Operator, Value } from '../operator.js';
import { dataTypeOf } from '../onnx/element-kinds.js';
import type { Tensor } from '../tensor.js';
import {
  broadcastIndex,
  broadcastShapes,
  checkDtype,
  checkSameDtype,
  floats,
  int,
  wrap,
} from './support.js';

const signed: readonly DType[] = [...floats, 'int32', 'int64'];

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
  const out = new Float64Array(shape.reduce((product, size) => product * size, 1));
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

function checkDivisor(operator: string, divisor: number): void {
  if (divisor !== 0) return;
  throw new LimbeckError('invalid-data', {
    where: operator,
    given: 'a whole number divided by 0',
    expected: 'a divisor that is not 0',
    next: 'Use maximum(1) on counts, or divide floats.',
  });
}

interface BinaryRule {
  readonly dtypes: readonly DType[];
  readonly value: (x: number, y: number, dtype: DType) => number;
  /** Gradients by both inputs before they are summed to the inputs' shapes. */
  readonly gradient:
    | ((a: Tensor, b: Tensor, y: Tensor, dy: Tensor) => readonly [Tensor, Tensor])
    | string;
}

function binary(name: string, onnx: string, rule: BinaryRule): Operator {
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

function comparison(
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

/** a + b. */
export const add: Operator = binary('add', 'Add', {
  dtypes: signed,
  value: (x, y) => x + y,
  gradient: (_a, _b, _y, dy) => [dy, dy],
});

/** a − b. */
export const sub: Operator = binary('sub', 'Sub', {
  dtypes: signed,
  value: (x, y) => x - y,
  gradient: (_a, _b, _y, dy) => [dy, dy.neg()],
});

/** a · b. */
export const mul: Operator = binary('mul', 'Mul', {
  dtypes: [...signed, 'uint32'],
  value: (x, y, dtype) => (dtype === 'uint32' || dtype === 'int32' ? Math.imul(x, y) : x * y),
  gradient: (a, b, _y, dy) => [dy.mul(b), dy.mul(a)],
});

/** a / b; whole numbers are cut off towards 0. */
export const div: Operator = binary('div', 'Div', {
  dtypes: signed,
  value: (x, y, dtype) => {
    if (floats.includes(dtype)) return x / y;
    checkDivisor('div', y);
    return Math.trunc(x / y);
  },
  gradient: (_a, b, y, dy) => {
    const da = dy.div(b);
    return [da, da.mul(y).neg()];
  },
});

/** The larger of a and b; where they are equal the gradient goes to a. */
export const maximum: Operator = binary('maximum', 'Max', {
  dtypes: signed,
  value: (x, y) => Math.max(x, y),
  gradient: (a, b, _y, dy) => {
    const first = a.greaterOrEqual(b).cast(a.dtype);
    return [dy.mul(first), dy.mul(first.neg().add(1))];
  },
});

/** The smaller of a and b; where they are equal the gradient goes to a. */
export const minimum: Operator = binary('minimum', 'Min', {
  dtypes: signed,
  value: (x, y) => Math.min(x, y),
  gradient: (a, b, _y, dy) => {
    const first = a.lessOrEqual(b).cast(a.dtype);
    return [dy.mul(first), dy.mul(first.neg().add(1))];
  },
});

/** The remainder of whole numbers, with the sign of the divisor. */
export const mod: Operator = binary('mod', 'Mod', {
  dtypes: ['int32', 'int64', 'uint32'],
  value: (x, y) => {
    checkDivisor('mod', y);
    const rest = x % y;
    return rest !== 0 && rest < 0 !== y < 0 ? rest + y : rest;
  },
  gradient: 'whole numbers have no gradient',
});

/** Exclusive or, bit by bit. */
export const bitXor: Operator = binary('bitXor', 'BitwiseXor', {
  dtypes: ['uint32', 'int32'],
  value: (x, y) => x ^ y,
  gradient: 'whole numbers have no gradient',
});

/** And, bit by bit. */
export const bitAnd: Operator = binary('bitAnd', 'BitwiseAnd', {
  dtypes: ['uint32', 'int32'],
  value: (x, y) => x & y,
  gradient: 'whole numbers have no gradient',
});

function shift(name: string, direction: string, value: (x: number, y: number) => number): Operator {
  const rule = binary(name, 'BitShift', {
    dtypes: ['uint32'],
    // JavaScript takes the shift modulo 32; ONNX gives 0 from 32 on.
    value: (x, y) => (y >= 32 ? 0 : value(x, y)),
    gradient: 'whole numbers have no gradient',
  });
  return {
    ...rule,
    lower: (emit) =>
      emit.node('BitShift', emit.inputs, emit.outputs, { direction: { string: direction } }),
  };
}

/** Bits moved towards the high end. */
export const shiftLeft: Operator = shift('shiftLeft', 'LEFT', (x, y) => x << y);
/** Bits moved towards the low end, zeros coming in. */
export const shiftRight: Operator = shift('shiftRight', 'RIGHT', (x, y) => x >>> y);

/** Whether a = b. */
export const equal: Operator = comparison('equal', 'Equal', [...signed, 'bool'], (x, y) => x === y);
/** Whether a > b. */
export const greater: Operator = comparison('greater', 'Greater', signed, (x, y) => x > y);
/** Whether a ≥ b. */
export const greaterOrEqual: Operator = comparison(
  'greaterOrEqual',
  'GreaterOrEqual',
  signed,
  (x, y) => x >= y,
);
/** Whether a < b. */
export const less: Operator = comparison('less', 'Less', signed, (x, y) => x < y);
/** Whether a ≤ b. */
export const lessOrEqual: Operator = comparison(
  'lessOrEqual',
  'LessOrEqual',
  signed,
  (x, y) => x <= y,
);
/** Whether both are true. */
export const and: Operator = comparison('and', 'And', ['bool'], (x, y) => x !== 0 && y !== 0);
/** Whether at least one is true. */
export const or: Operator = comparison('or', 'Or', ['bool'], (x, y) => x !== 0 || y !== 0);

/** Dtypes that ONNX Runtime cannot choose between, and one that holds all their values. */
const chosenAs: { readonly [D in DType]?: DType } = {
  uint32: 'int64',
  int8: 'int32',
  bool: 'uint8',
};

/** a where the condition holds, b elsewhere. */
export const where: Operator = {
  name: 'where',
  infer: ([condition, a, b]) => {
    checkDtype('where', condition!, ['bool']);
    checkSameDtype('where', [a!, b!]);
    const shape = broadcastShapes('where', condition!.shape, a!.shape, b!.shape);
    return [{ dtype: a!.dtype, shape }];
  },
  evaluate: ([condition, a, b], _attributes, [out]) => {
    const test = broadcastIndex(condition!.shape, out!.shape);
    const yes = broadcastIndex(a!.shape, out!.shape);
    const no = broadcastIndex(b!.shape, out!.shape);
    const result = new Float64Array(test.length);
    for (let i = 0; i < result.length; i++) {
      result[i] = condition!.data[test[i]!] !== 0 ? a!.data[yes[i]!]! : b!.data[no[i]!]!;
    }
    return [result];
  },
  // Zeros are chosen, never multiplied in: 0 · ∞ on the branch not taken would be NaN.
  gradient: ({ inputs: [condition, a, b], upstream: [dy] }) => [
    undefined,
    condition!.where(dy!, dy!.scalar(0)).sumTo(a!.shape),
    condition!.where(dy!.scalar(0), dy!).sumTo(b!.shape),
  ],
  lower: (emit) => {
    const { dtype } = emit.outputSpecs[0]!;
    const wide = chosenAs[dtype];
    if (wide === undefined) return emit.node('Where', emit.inputs, emit.outputs);
    const [condition, ...branches] = emit.inputs;
    const cast = (from: string, into: string, to: DType): void =>
      emit.node('Cast', [from], [into], { to: int(dataTypeOf(to)) });
    const widened = branches.map((branch) => {
      const name = emit.fresh();
      cast(branch, name, wide);
      return name;
    });
    const chosen = emit.fresh();
    emit.node('Where', [condition!, ...widened], [chosen]);
    cast(chosen, emit.outputs[0]!, dtype);
  },
};
