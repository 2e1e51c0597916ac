import { hostTensor } from '@limbeck/core';
import type { Operator } from '../operator.js';
import { checkDtype, float, floats, passing } from './support.js';
import { errorFunction } from './unary.js';

/** Φ(x), the distribution function of the standard normal. */
const normalCdf = (x: number): number => (1 + errorFunction(x * Math.SQRT1_2)) / 2;

/** φ(x), its density. */
const normalDensity = (x: number): number => Math.exp((-x * x) / 2) / Math.sqrt(2 * Math.PI);

/** x Φ(x), exactly. Hendrycks and Gimpel, "Gaussian Error Linear Units", 2016. */
export const gelu: Operator = {
  name: 'gelu',
  infer: ([x]) => {
    checkDtype('gelu', x!, floats);
    return [x!];
  },
  evaluate: ([x]) => [x!.data.map((value) => value * normalCdf(value))],
  gradient: ({ inputs: [x], upstream: [dy] }) => [dy!.mul(x!.geluSlope())],
  lower: (emit) => emit.node('Gelu', emit.inputs, emit.outputs),
};

/**
 * The derivative of {@link gelu}, Φ(x) + x φ(x). An operator of its own, since it takes eight passes over memory where the
 * derivative of the formula takes thirteen.
 */
export const geluSlope: Operator = {
  name: 'geluSlope',
  infer: ([x]) => {
    checkDtype('geluSlope', x!, floats);
    return [x!];
  },
  evaluate: ([x]) => [x!.data.map((value) => normalCdf(value) + value * normalDensity(value))],
  // φ′(x) = −x φ(x), so that (Φ + x φ)′ = (2 − x²) φ.
  gradient: ({ inputs: [x], upstream: [dy] }) => {
    const square = x!.square();
    const density = square
      .mul(-0.5)
      .exp()
      .mul(1 / Math.sqrt(2 * Math.PI));
    return [dy!.mul(density).mul(square.neg().add(2))];
  },
  lower: (emit) => {
    const { dtype } = emit.outputSpecs[0]!;
    const number = (value: number): string => emit.constant(hostTensor(dtype, [], [value]));
    const pass = passing(emit);
    // With t = x / √2: Φ = (1 + erf t) / 2, and x φ = t / e^t² / √π, which is 0 where e^t² is infinite.
    const t = pass('Mul', [emit.inputs[0]!, number(Math.SQRT1_2)]);
    // HardSigmoid is max(0, min(1, α e + β)): exact for e in [−1, 1], in one pass.
    const half = { alpha: float(0.5), beta: float(0.5) };
    const cdf = pass('HardSigmoid', [pass('Erf', [t])], half);
    const quotient = pass('Div', [t, pass('Exp', [pass('Mul', [t, t])])]);
    const tail = pass('Mul', [quotient, number(1 / Math.sqrt(Math.PI))]);
    emit.node('Add', [cdf, tail], emit.outputs);
  },
};
