import { checkWhole } from '@limbeck/core';
import type { RunView } from './program.js';

/** When {@link stalled} says so. */
export interface Patience {
  /** The metric of `evaluate` that counts. */
  readonly metric: string;
  /** Whether more of it is better. */
  readonly higherIsBetter: boolean;
  /** How many evaluations may pass without a better one; at least 1. */
  readonly patience: number;
}

/**
 * Whether as many evaluations have passed without a better one: a program's `next` may then say `stop`.
 *
 * @throws LimbeckError `invalid-option` if `patience` is no whole number of at least 1
 */
export function stalled(evaluations: RunView['evaluations'], options: Patience): boolean {
  const { metric, higherIsBetter, patience } = options;
  checkWhole('stalled', { patience }, 1, 'Pass how many evaluations to wait.');
  const values = evaluations.flatMap(({ metrics }) => metrics[metric] ?? []);
  const top = higherIsBetter ? Math.max(...values) : Math.min(...values);
  return values.length > 0 && values.length - 1 - values.indexOf(top) >= patience;
}
