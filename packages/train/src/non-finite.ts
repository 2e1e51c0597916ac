import { checkBetween, LimbeckError } from '@limbeck/core';
import type { NonFinite } from './find-non-finite.js';
import type { Metrics } from './program.js';

/**
 * What happens after a step whose metrics are not all finite, and which is not kept: the run stops with an error; or
 * goes on with the next batch; or does so with every rate multiplied by `lowerRate`, for good.
 */
export type OnNonFinite = 'stop' | 'skip' | { readonly lowerRate: number };

/** After so many steps in a row that could not be kept a run stops whatever was asked: it no longer trains. */
export const mostInARow = 10;

/** What a run remembers of steps that it could not keep. */
export interface Skips {
  /** In all. */
  readonly skipped: number;
  /** Since the last step that was kept. */
  readonly inARow: number;
  /** What rates are multiplied by. */
  readonly rateScale: number;
}

/** Where every run begins. */
export const noSkips: Skips = { skipped: 0, inARow: 0, rateScale: 1 };

/** @throws LimbeckError `invalid-option` */
export function checkOnNonFinite(option: OnNonFinite): void {
  if (option === 'stop' || option === 'skip') return;
  if (typeof option !== 'object' || option === null) {
    throw new LimbeckError('invalid-option', {
      where: 'train, onNonFinite',
      given: JSON.stringify(option),
      expected: "'stop', 'skip' or { lowerRate }",
      next: "Leave it out to stop with an error, or use 'skip'.",
    });
  }
  const { lowerRate } = option;
  checkBetween('train, onNonFinite', { lowerRate }, 1e-6, 1 - 1e-6, 'Use 0.5, for example.');
}

/** The first metric that is not finite. */
export function nonFiniteMetric(metrics: Metrics): [name: string, value: number] | undefined {
  return Object.entries(metrics).find(([, value]) => !Number.isFinite(value));
}

/** What is remembered after one more step that was not kept; undefined where the run must stop. */
export function skippedOnce(option: OnNonFinite, before: Skips): Skips | undefined {
  const inARow = before.inARow + 1;
  if (option === 'stop' || inARow >= mostInARow) return undefined;
  const factor = option === 'skip' ? 1 : option.lowerRate;
  return { skipped: before.skipped + 1, inARow, rateScale: before.rateScale * factor };
}

/** The error of a step that is not finite. */
export function nonFiniteError(given: {
  /** Phase, run and batch. */
  readonly where: string;
  readonly metric: readonly [name: string, value: number];
  readonly first: NonFinite | undefined;
  /** Whether the node was looked for. */
  readonly looked: boolean;
  readonly inARow: number;
}): LimbeckError {
  const { where, first, inARow, looked } = given;
  const [name, value] = given.metric;
  const unseen = looked ? '; not so when the step was run again to find the node' : '';
  const source =
    first === undefined ? unseen : `; first not finite: ${first.where}, where ${first.found}`;
  const next = {
    state:
      'An earlier update went too far: lower the rate, or clip with clipByGlobalNorm, whose norm is then looked at.',
    batch: 'Look at this batch: the data hold values that are not finite.',
    computed: 'Lower the rate, clip the gradients, or look for extreme values in this batch.',
  }[first?.kind ?? 'computed'];
  const times = inARow > 1 ? ` (${inARow} steps in a row)` : '';
  return new LimbeckError('non-finite-loss', {
    where,
    given: `${name} = ${value}${times}${source}`,
    expected: 'finite numbers',
    next: `${next} The last checkpoint is whole.`,
  });
}
