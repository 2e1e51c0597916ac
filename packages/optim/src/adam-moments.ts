import { checkBetween, checkPositive } from '@limbeck/core';
import { adamUpdate, type Tensor } from '@limbeck/tensor';
import { at, type ByPath } from './paths.js';

/** What the two moments are set to. */
export interface MomentOptions {
  /** β₁ and β₂: how much of the two moments is kept from step to step, from 0 to below 1. @defaultValue [0.9, 0.999] */
  readonly betas?: readonly [first: number, second: number];
  /** ε: keeps the quotient finite where gradients are 0; above 0. */
  readonly epsilon?: number;
}

/** What is kept for each parameter: m / (1 − β₁) and v / (1 − β₂). */
export type Moments = {
  /** m / (1 − β₁) by path. */
  readonly first: ByPath;
  /** v / (1 − β₂) by path. */
  readonly second: ByPath;
};

/** @throws LimbeckError `invalid-option` */
export function checkMoments(where: string, betas: readonly number[], epsilon: number): void {
  const [beta1, beta2] = betas as readonly [number, number];
  // A moment that keeps everything never learns: 1 − β would be 0 in the correction.
  const largest = 1 - 2 ** -24;
  checkBetween(where, { beta1, beta2 }, 0, largest, 'Use values such as 0.9 and 0.999.');
  checkPositive(where, { epsilon }, 'Use a value such as 1e-8.');
}

/** How a parameter decays in {@link AdamStep.update}. */
export interface AdamDecay {
  /** What is kept of it before the step: a scalar. @defaultValue all */
  readonly shrink?: Tensor;
  /** λ: this multiple of it is added to its gradient. @defaultValue 0 */
  readonly coupled?: number;
}

/** One step of Adam over all parameters. */
export interface AdamStep {
  /** The moments after it, complete once each parameter has had its turn. */
  readonly state: Moments;
  /** rate · m̂ / (√v̂ + ε) for the gradient of a parameter. */
  next(path: string, g: Tensor): Tensor;
  /** The parameter itself after the step. */
  update(path: string, theta: Tensor, g: Tensor, decay: AdamDecay): Tensor;
}

/**
 * One step of Adam.
 *
 * The moments are kept as m / (1 − β₁) and v / (1 − β₂), and the constants are folded into the rate and into ε: the
 * same numbers in fewer operations.
 */
export function adamStep(
  where: string,
  { betas: [beta1, beta2], epsilon }: Required<MomentOptions>,
  given: { readonly state: Moments; readonly step: Tensor; readonly rate: Tensor },
): AdamStep {
  const t = given.step.cast('float32').add(1);
  // √(v̂ / V) for V = v / (1 − β₂); then m̂ / (√v̂ + ε) = (size / root) M / (√V + ε / root).
  const root = correction(beta2, t).sqrt();
  const size = correction(beta1, t).mul(given.rate).div(root);
  const tiny = root.scalar(epsilon).div(root);
  const first: { [path: string]: Tensor } = {};
  const second: { [path: string]: Tensor } = {};
  return {
    state: { first, second },
    next: (path, g) => {
      const m = at(where, 'first moment', given.state.first, path).mul(beta1).add(g);
      const v = at(where, 'second moment', given.state.second, path).mul(beta2).add(g.square());
      first[path] = m;
      second[path] = v;
      return m.div(v.sqrt().add(tiny.cast(g.dtype))).mul(size.cast(g.dtype));
    },
    update: (path, parameter, gradient, decay) => {
      const updated = adamUpdate({
        parameter,
        gradient,
        first: at(where, 'first moment', given.state.first, path),
        second: at(where, 'second moment', given.state.second, path),
        size,
        tiny,
        betas: [beta1, beta2],
        ...decay,
      });
      first[path] = updated.first;
      second[path] = updated.second;
      return updated.parameter;
    },
  };
}

/** (1 − β) / (1 − βᵗ) for a scalar t of at least 1. */
function correction(beta: number, t: Tensor): Tensor {
  if (beta === 0) return t.scalar(1);
  // 1 − e^−2y = 2 tanh y / (1 + tanh y): as a difference it would lose four of seven digits at t = 1.
  const y = t.mul(-Math.log(beta) / 2).tanh();
  return y
    .add(1)
    .div(y)
    .mul((1 - beta) / 2);
}
