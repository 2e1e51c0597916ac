import { checkPositive, type Json, LimbeckError } from '@limbeck/core';
import { scalar, showShape, Tensor } from '@limbeck/tensor';
import type { Schedule } from './schedule.js';

/** What a rate depends on. */
export interface RateArguments {
  readonly step: Tensor;
  readonly steps: Tensor;
  readonly rateScale?: Tensor;
}

/**
 * The rate of an update; a number is checked when the optimiser is made, what a schedule makes when it is applied.
 * @throws LimbeckError `invalid-option`
 */
export function rateOf(where: string, rate: number | Schedule): (given: RateArguments) => Tensor {
  if (typeof rate !== 'function') {
    checkPositive(where, { rate }, 'Pass a rate such as 1e-3, or a schedule such as cosine().');
  }
  return ({ step, steps, rateScale }) => {
    const plain = typeof rate === 'number' ? scalar(rate) : checked(where, rate(step, steps));
    return rateScale === undefined ? plain : plain.mul(rateScale);
  };
}

function checked(where: string, rate: unknown): Tensor {
  if (rate instanceof Tensor && rate.dtype === 'float32' && rate.shape.length === 0) return rate;
  const given = rate instanceof Tensor ? `${rate.dtype} ${showShape(rate.shape)}` : typeof rate;
  throw new LimbeckError('invalid-option', {
    where: `${where}, rate`,
    given: `a schedule that makes ${given}`,
    expected: 'a float32 tensor of shape []',
    next: "Compute with the step that it is given, such as step.cast('float32').mul(1e-3).",
  });
}

/** A rate as an optimiser's config tells it; null where a function of the caller's says nothing of itself. */
export function rateConfig(rate: number | Schedule): Json {
  return typeof rate === 'number' ? rate : (rate.config ?? null);
}
