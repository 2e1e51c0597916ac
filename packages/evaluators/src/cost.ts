import { checkBetween, checkPositive } from '@limbeck/core';

/** A machine that is paid by the hour. */
export interface MachineCost {
  /** US dollars an hour of the whole machine. */
  readonly usdPerHour: number;
  /** Items a second that it answers. */
  readonly perSecond: number;
  /** The share of the time in which it has work, in `(0, 1]`. @defaultValue 1 */
  readonly utilisation?: number;
}

/** A model that is paid by the token. */
export interface TokenCost {
  /** US dollars for a million tokens that it reads. */
  readonly usdPerMillionInput: number;
  /** US dollars for a million tokens that it writes. */
  readonly usdPerMillionOutput: number;
  /** Tokens read for one item, in the mean. */
  readonly inputTokens: number;
  /** Tokens written for one item, in the mean. */
  readonly outputTokens: number;
}

/** What was paid for some items. */
export interface PaidCost {
  /** US dollars in all. */
  readonly costUsd: number;
  /** For how many items. */
  readonly items: number;
}

/**
 * US dollars for a million answers: of a machine by the hour, of a model by the token, or by what was paid so far.
 *
 * @throws LimbeckError `invalid-option` for prices below 0, and for speeds, counts of items or a utilisation that are not above 0
 * @example
 * ```ts
 * import { usdPerMillion } from '@limbeck/evaluators';
 *
 * console.log(usdPerMillion({ usdPerHour: 0.36, perSecond: 2000 })); // 0.05
 * console.log(usdPerMillion({ costUsd: 1.5, items: 3000 })); // 500
 * ```
 */
export function usdPerMillion(cost: MachineCost | TokenCost | PaidCost): number {
  const next = 'Pass prices in US dollars and what was measured.';
  if ('usdPerHour' in cost) {
    const { usdPerHour, perSecond, utilisation = 1 } = cost;
    checkBetween('usdPerMillion', { usdPerHour }, 0, Number.MAX_VALUE, next);
    checkPositive('usdPerMillion', { perSecond, utilisation }, next);
    checkBetween('usdPerMillion', { utilisation }, 0, 1, next);
    return (usdPerHour * 1e6) / (3600 * perSecond * utilisation);
  }
  if ('costUsd' in cost) {
    const { costUsd, items } = cost;
    checkBetween('usdPerMillion', { costUsd }, 0, Number.MAX_VALUE, next);
    checkPositive('usdPerMillion', { items }, next);
    return (costUsd * 1e6) / items;
  }
  const { usdPerMillionInput, usdPerMillionOutput, inputTokens, outputTokens } = cost;
  const all = { usdPerMillionInput, usdPerMillionOutput, inputTokens, outputTokens };
  checkBetween('usdPerMillion', all, 0, Number.MAX_VALUE, next);
  return usdPerMillionInput * inputTokens + usdPerMillionOutput * outputTokens;
}
