import { checkPositive, type Json } from '@limbeck/core';
import { scalar, type Tensor } from '@limbeck/tensor';
import type { Schedule } from './schedule.js';

/** What a rate depends on. */
export interface RateArguments {
  readonly step: Tensor;
  readonly steps: Tensor;
  readonly rateScale?: Tensor;
}

/** The rate of an update; a number is checked when the optimiser is made. */
export function rateOf(where: string, rate: number | Schedule): (given: RateArguments) => Tensor {
  if (typeof rate === 'number') {
    checkPositive(where, { rate }, 'Pass a rate such as 1e-3, or a schedule such as cosine().');
  }
  return ({ step, steps, rateScale }) => {
    const plain = typeof rate === 'number' ? scalar(rate) : rate(step, steps);
    return rateScale === undefined ? plain : plain.mul(rateScale);
  };
}

/** A rate as an optimiser's config tells it; null where a function of the caller's says nothing of itself. */
export function rateConfig(rate: number | Schedule): Json {
  return typeof rate === 'number' ? rate : (rate.config ?? null);
}
