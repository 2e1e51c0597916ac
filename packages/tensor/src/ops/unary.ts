import { type DType, hostTensor, LimbeckError } from '@limbeck/core';
import type { Operator, Value } from '../operator.js';
import type { Tensor } from '../tensor.js';
import { dataTypeOf } from '../onnx/element-kinds.js';
import { checkDtype, floats, int, wrap } from './support.js';

interface UnaryRule {
  readonly dtypes?: readonly DType[];
  readonly value: (x: number) => number;
  /** The gradient by x, given x, y = f(x) and the gradient by y. */
  readonly gradient: ((x: Tensor, y: Tensor, dy: Tensor) => Tensor) | string;
}

function unary(name: string, onnx: string, rule: UnaryRule): Operator {
  const { dtypes = floats, value, gradient } = rule;
  return {
    name,
    infer: ([x]) => {
      checkDtype(name, x!, dtypes);
      return [x!];
    },
    evaluate: ([x]) => [x!.data.map((element) => wrap(x!.dtype, value(element)))],
    gradient:
      typeof gradient === 'string'
        ? gradient
        : ({ inputs, outputs, upstream }) => [gradient(inputs[0]!, outputs[0]!, upstream[0]!)],
    lower: (emit) => emit.node(onnx, emit.inputs, emit.outputs),
  };
}

/** −x. */
export const neg: Operator = unary('neg', 'Neg', {
  dtypes: [...floats, 'int32', 'int64'],
  value: (x) => -x,
  gradient: (_x, _y, dy) => dy.neg(),
});

/** |x|; its gradient at 0 is 0. */
export const abs: Operator = unary('abs', 'Abs', {
  dtypes: [...floats, 'int32', 'int64'],
  value: Math.abs,
  gradient: (x, _y, dy) => dy.mul(x.greater(0).cast(x.dtype).sub(x.less(0).cast(x.dtype))),
});

/** e to the x. */
export const exp: Operator = unary('exp', 'Exp', {
  value: Math.exp,
  gradient: (_x, y, dy) => dy.mul(y),
});

/** The natural logarithm. */
export const log: Operator = unary('log', 'Log', {
  value: Math.log,
  gradient: (x, _y, dy) => dy.div(x),
});

/** The square root. */
export const sqrt: Operator = unary('sqrt', 'Sqrt', {
  value: Math.sqrt,
  gradient: (_x, y, dy) => dy.mul(0.5).div(y),
});

/** The hyperbolic tangent. */
export const tanh: Operator = unary('tanh', 'Tanh', {
  value: Math.tanh,
  gradient: (_x, y, dy) => dy.mul(y.square().neg().add(1)),
});

/** 1 / (1 + e^−x). */
export const sigmoid: Operator = unary('sigmoid', 'Sigmoid', {
  value: (x) => 1 / (1 + Math.exp(-x)),
  gradient: (_x, y, dy) => dy.mul(y).mul(y.neg().add(1)),
});

/** max(x, 0); its gradient at 0 is 0. */
export const relu: Operator = unary('relu', 'Relu', {
  value: (x) => Math.max(x, 0),
  // A comparison's bool cast to a number costs a tenth of Where.
  gradient: (_x, y, dy) => dy.mul(y.greater(0).cast(y.dtype)),
});

/** log(1 + e^x), without overflow. */
export const softplus: Operator = unary('softplus', 'Softplus', {
  value: (x) => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x))),
  gradient: (x, _y, dy) => dy.mul(x.sigmoid()),
});

/** A step function, whose gradient is 0 wherever it has one. */
function steps(name: string, onnx: string, value: (x: number) => number): Operator {
  return { ...unary(name, onnx, { value, gradient: '' }), gradient: () => [undefined] };
}

/** −1, 0 or 1; its gradient is 0. */
export const sign: Operator = steps('sign', 'Sign', Math.sign);

/** The nearest whole number, halves to the even one, as ONNX and IEEE 754 have it; its gradient is 0. */
export const round: Operator = steps('round', 'Round', (x) => {
  const down = Math.floor(x);
  const rest = x - down;
  if (rest !== 0.5) return rest < 0.5 ? down : down + 1;
  return down % 2 === 0 ? down : down + 1;
});

/** The largest whole number that is not above x; its gradient is 0. */
export const floor: Operator = steps('floor', 'Floor', Math.floor);

/** The smallest whole number that is not below x; its gradient is 0. */
export const ceil: Operator = steps('ceil', 'Ceil', Math.ceil);

/** Attributes of {@link clamp}. */
export interface ClampAttributes {
  readonly min: number;
  readonly max: number;
}

/** x where it lies between two numbers, else the nearer one; the gradient is 1 where x is kept and 0 elsewhere. */
export const clamp: Operator<ClampAttributes> = {
  name: 'clamp',
  infer: ([x], { min, max }) => {
    checkDtype('clamp', x!, floats);
    if (!(min <= max)) {
      throw new LimbeckError('invalid-option', {
        where: 'clamp',
        given: `a range from ${min} to ${max}`,
        expected: 'a least number that is not above the greatest',
        next: 'Swap them, or use maximum() or minimum() for one bound alone.',
      });
    }
    return [x!];
  },
  evaluate: ([x], { min, max }) => [
    x!.data.map((element) => Math.min(max, Math.max(min, element))),
  ],
  gradient: ({ inputs: [x], outputs: [y], upstream: [dy] }) => [
    dy!.mul(x!.equal(y!).cast(x!.dtype)),
  ],
  lower: (emit, { min, max }) => {
    const { dtype } = emit.outputSpecs[0]!;
    const bounds = [min, max].map((bound) => emit.constant(hostTensor(dtype, [], [bound])));
    emit.node('Clip', [emit.inputs[0]!, ...bounds], emit.outputs);
  },
};

/**
 * The error function in float64 from its Maclaurin series (|x| < 3) and its continued fraction (beyond).
 * Abramowitz and Stegun, Handbook of Mathematical Functions, 7.1.6 and 7.1.14.
 */
export function errorFunction(x: number): number {
  const size = Math.abs(x);
  if (Number.isNaN(x)) return x;
  if (size < 3) {
    let term = x;
    let sum = x;
    for (let n = 1; Math.abs(term) > 1e-17 * Math.abs(sum); n++) {
      term *= (2 * x * x) / (2 * n + 1);
      sum += term;
    }
    return ((2 * Math.exp(-x * x)) / Math.sqrt(Math.PI)) * sum;
  }
  if (size > 6) return Math.sign(x);
  let fraction = size;
  for (let n = 60; n > 0; n--) fraction = size + n / 2 / fraction;
  return Math.sign(x) * (1 - Math.exp(-x * x) / (fraction * Math.sqrt(Math.PI)));
}

/** The error function, 2/√π ∫₀ˣ e^−t² dt. */
export const erf: Operator = unary('erf', 'Erf', {
  value: errorFunction,
  gradient: (x, _y, dy) => dy.mul(x.square().neg().exp()).mul(2 / Math.sqrt(Math.PI)),
});

/** The sine. */
export const sin: Operator = unary('sin', 'Sin', {
  value: Math.sin,
  gradient: (x, _y, dy) => dy.mul(x.cos()),
});

/** The cosine. */
export const cos: Operator = unary('cos', 'Cos', {
  value: Math.cos,
  gradient: (x, _y, dy) => dy.mul(x.sin().neg()),
});

/** The opposite of a truth value. */
export const not: Operator = unary('not', 'Not', {
  dtypes: ['bool'],
  value: (x) => (x === 0 ? 1 : 0),
  gradient: 'a truth value has no gradient',
});

/** The same values, through which no gradient flows. */
export const stopGradient: Operator = {
  name: 'stopGradient',
  transparent: true,
  infer: ([x]) => [x!],
  evaluate: ([x]) => [x!.data],
  gradient: () => [undefined],
  lower: (emit) => emit.node('Identity', emit.inputs, emit.outputs),
};

/** Attributes of {@link cast}. */
export interface CastAttributes {
  readonly to: DType;
}

function convert(x: Value, to: DType): Float64Array {
  switch (to) {
    case 'float32':
    case 'float64':
      return x.data;
    case 'bool':
      return x.data.map((element) => (element === 0 ? 0 : 1));
    case 'uint32':
      return x.data.map((element) => Math.trunc(element) >>> 0);
    case 'int32':
      return x.data.map((element) => Math.trunc(element) | 0);
    case 'uint8':
      return x.data.map((element) => Math.trunc(element) & 255);
    case 'int8':
      return x.data.map((element) => (Math.trunc(element) << 24) >> 24);
    default:
      return x.data.map((element) => wrap(to, element));
  }
}

/** The same numbers in another dtype; a fraction is cut off towards 0. */
export const cast: Operator<CastAttributes> = {
  name: 'cast',
  infer: ([x], { to }) => [{ dtype: to, shape: x!.shape }],
  evaluate: ([x], { to }) => [convert(x!, to)],
  gradient: ({ inputs, upstream }) => {
    const from = inputs[0]!.dtype;
    return [floats.includes(from) ? upstream[0]!.cast(from) : undefined];
  },
  lower: (emit, { to }) =>
    emit.node('Cast', emit.inputs, emit.outputs, { to: int(dataTypeOf(to)) }),
};
