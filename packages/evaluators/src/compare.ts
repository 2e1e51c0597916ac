import type { Metric } from '@limbeck/core';
import {
  type BootstrapOptions,
  type Measured,
  meanValue,
  percentiles,
  resample,
} from './bootstrap.js';
import { checkChoice } from './check-choice.js';
import type { Comparison } from './comparison.js';
import { comparisonSentence } from './comparison-sentence.js';

/** A system's name with its rows of the metric that is compared. */
export interface NamedRows {
  /** The system's name. */
  readonly name: string;
  /** Its rows, of one run or one a seed. */
  readonly rows: Measured;
}

/** Options of {@link compare}. */
export interface CompareOptions extends BootstrapOptions {
  /** Under which conditions both were measured; becomes part of the comparison. */
  readonly factors?: { readonly [name: string]: string };
  /**
   * How p is counted. `two-sided` asks how often a resampled difference strays from the mean one by at least the
   * observed difference. `sacrebleu` is the rule of sacreBLEU 2: absolute resampled differences minus their mean, above
   * the observed one; for a clear difference that is half of it, so it is there to agree with published numbers.
   * @defaultValue 'two-sided'
   */
  readonly pValue?: 'two-sided' | 'sacrebleu';
}

/** A comparison with the sentence that says it. */
export interface Compared extends Comparison {
  /** The comparison in words, with its interval. */
  readonly sentence: string;
}

/**
 * Paired bootstrap of two systems on the same items: by how much the first is better.
 *
 * Groups of items are drawn for both at once, and seeds too where both have equally many runs. The difference is
 * positive when `better` is better, whichever way the metric runs.
 *
 * ```text
 * p = (1 + #{ |Δ* − mean Δ*| ≥ |Δ| }) / (resamples + 1)
 * ```
 *
 * @throws LimbeckError as {@link bootstrap}
 * @example
 * ```ts
 * import { accuracy, compare } from '@limbeck/evaluators';
 *
 * const metric = accuracy();
 * const labels = [0, 1, 1, 0, 1, 0];
 * const rows = (answers: number[]) => metric.rows({ labels: answers, classes: 2 }, labels);
 * const { difference, low, high } = compare(
 *   metric,
 *   { name: 'student', rows: rows([0, 1, 1, 0, 1, 0]) },
 *   { name: 'baseline', rows: rows([0, 1, 0, 0, 0, 1]) },
 * );
 * console.log(difference, low <= difference && difference <= high); // 0.5 true
 * ```
 */
export function compare<P, R>(
  metric: Metric<P, R>,
  better: NamedRows,
  worse: NamedRows,
  options: CompareOptions = {},
): Compared {
  const { factors, confidence = 0.95, pValue = 'two-sided' } = options;
  checkChoice('compare', { pValue }, ['two-sided', 'sacrebleu']);
  const sign = metric.higherIsBetter ? 1 : -1;
  const difference = sign * (meanValue(metric, better.rows) - meanValue(metric, worse.rows));
  const [ours, theirs] = resample(metric, [better.rows, worse.rows], options);
  const differences = ours!.map((value, b) => sign * (value - theirs![b]!));

  const comparison: Comparison = {
    metric: metric.name,
    better: better.name,
    worse: worse.name,
    ...(factors === undefined ? {} : { factors }),
    difference,
    ...percentiles(differences, confidence),
    p:
      pValue === 'two-sided'
        ? twoSided(differences, difference)
        : sacrebleu(differences, difference),
  };
  return { ...comparison, sentence: comparisonSentence(comparison, { confidence }) };
}

/** Sums in another order differ by float dust, which must not decide a tie. */
const dust = 1e-12;

function twoSided(differences: Float64Array, observed: number): number {
  const mean = average(differences);
  const beyond = differences.reduce(
    (n, difference) => n + (Math.abs(difference - mean) >= Math.abs(observed) - dust ? 1 : 0),
    0,
  );
  return (1 + beyond) / (differences.length + 1);
}

function sacrebleu(differences: Float64Array, observed: number): number {
  const sizes = differences.map(Math.abs);
  const mean = average(sizes);
  const beyond = sizes.reduce((n, size) => n + (size - mean > Math.abs(observed) ? 1 : 0), 0);
  return (1 + beyond) / (differences.length + 1);
}

function average(numbers: Float64Array): number {
  return numbers.reduce((sum, value) => sum + value, 0) / numbers.length;
}
