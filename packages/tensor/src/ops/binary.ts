import type { DType } from '@limbeck/core';
import type { Operator } from '../operator.js';
import { dataTypeOf } from '../onnx/element-kinds.js';
import { binary, checkDivisor, comparison, signed } from './binary-rule.js';
import {
  broadcastIndex,
  broadcastShapes,
  checkDtype,
  checkSameDtype,
  floats,
  int,
} from './support.js';

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

/**
 * a to the power b. The gradient by a is 0 where b is 0, and that by b is 0 where a is not above 0, where the logarithm
 * that it holds does not exist.
 */
export const pow: Operator = binary('pow', 'Pow', {
  dtypes: floats,
  // ONNX and IEEE 754 have 1^NaN = 1 and (−1)^±∞ = 1; JavaScript has NaN.
  value: (x, y) => (x === 1 || (x === -1 && Math.abs(y) === Infinity) ? 1 : x ** y),
  gradient: (a, b, y, dy) => {
    const none = b.equal(0);
    const slope = none.where(dy.scalar(0), b.mul(a.pow(none.where(dy.scalar(0), b.sub(1)))));
    const positive = a.greater(0);
    const logarithm = positive.where(a, dy.scalar(1)).log();
    return [dy.mul(slope), dy.mul(positive.where(y, dy.scalar(0))).mul(logarithm)];
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
