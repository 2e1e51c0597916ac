import type { Metric } from '@limbeck/core';
import { accuracy } from '../accuracy.js';
import { metricText } from '../metric-text.js';
import type { Predictions, References } from '../predictions.js';
import { checkGoal, retention } from '../retention.js';

/** A system's answers beside the truth: what `expect` is given. */
export interface Answered<P = Predictions, R = References> {
  /** What the student answered. */
  readonly predictions: P;
  /** What is right. */
  readonly references: R;
  /** The group of each item, where items of one group vary together. @defaultValue each item by itself */
  readonly clusters?: ArrayLike<string | number>;
}

/** How much must be kept, and how sure that must be. */
export type RetainOptions<P, R> = {
  /** How sure, in `(0, 1)`. @defaultValue 0.95 */
  readonly confidence?: number;
} & (
  | {
      /** The share of the teacher's accuracy; 0.97 is 97%. */
      readonly accuracy: number;
    }
  | {
      /** What is measured instead of accuracy. */
      readonly metric: Metric<P, R>;
      /** The share of the teacher's value. */
      readonly share: number;
    }
);

/** What a matcher tells Vitest. */
export interface MatcherResult {
  /** Whether the student keeps enough. */
  readonly pass: boolean;
  /** Says what was found, for either outcome. */
  message(): string;
}

/**
 * A Vitest matcher that fails a build when a student keeps too little of its teacher, or when too few items show it: the lower
 * bound of the share must reach the one that is asked for. Both answer the same items.
 *
 * @throws LimbeckError as `retention`
 * @example
 * ```ts no-run
 * import { toRetain } from '@limbeck/evaluators/vitest';
 * import { expect, test } from 'vitest';
 *
 * expect.extend({ toRetain });
 *
 * test('the student keeps 97% of its teacher', () => {
 *   const references = Array.from({ length: 2000 }, (_, i) => i % 2);
 *   const teacher = { labels: references, classes: 2 };
 *   const student = { labels: references.map((y, i) => (i % 100 === 0 ? 1 - y : y)), classes: 2 };
 *   expect({ predictions: student, references }).toRetain(teacher, { accuracy: 0.97, confidence: 0.95 });
 * });
 * ```
 */
export function toRetain<P = Predictions, R = References>(
  received: Answered<P, R>,
  teacher: P,
  options: RetainOptions<P, R>,
): MatcherResult {
  const { confidence = 0.95 } = options;
  const metric = 'metric' in options ? options.metric : (accuracy() as Metric<unknown, unknown>);
  const share = 'metric' in options ? options.share : options.accuracy;
  checkGoal('toRetain', { share, confidence });
  const { predictions, references, clusters } = received;
  const rowsOf = (of: P) => (metric as Metric<P, R>).rows(of, references);
  const found = retention(metric, rowsOf(predictions), rowsOf(teacher), { clusters, confidence });
  const percent = (value: number): string => `${(100 * value).toFixed(1)}%`;
  return {
    pass: found.low >= share,
    message: () =>
      `The student keeps ${percent(found.share)} of its teacher's ${metricText(metric.name).name}, at least ` +
      `${percent(found.low)} with ${percent(confidence)} confidence; asked for are ${percent(share)}.`,
  };
}
