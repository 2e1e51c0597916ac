import { checkPositive, type Json } from '@limbeck/core';
import { scalar, type Tensor } from '@limbeck/tensor';
import type { Schedule } from './schedule.js';

/** A rate at a step; a number is checked when the optimiser is made. */
export function rateOf(where: string, rate: number | Schedule): Schedule {
  if (typeof rate !== 'number') return rate;
  checkPositive(where, { rate }, 'Pass a rate such as 1e-3, or a schedule such as cosine().');
  const fixed: Tensor = scalar(rate);
  return () => fixed;
}

/** A rate as an optimiser's config tells it; null where a function of the caller's says nothing of itself. */
export function rateConfig(rate: number | Schedule): Json {
  return typeof rate === 'number' ? rate : (rate.config ?? null);
}
