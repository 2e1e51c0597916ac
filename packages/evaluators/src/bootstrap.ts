import {
  checkBetween,
  checkWhole,
  isLimbeckError,
  LimbeckError,
  type Metric,
  Rng,
  type Rows,
} from '@limbeck/core';
import { drawEvaluator } from './draw-evaluator.js';
import { groupItems } from './groups.js';
import type { Interval } from './interval.js';
import { sortedQuantile } from './quantile.js';

/** A system's rows of one metric: of one run, or of several that differ in their seed. */
export type Measured = Rows | readonly Rows[];

/** Options of {@link bootstrap} and of what builds on it. */
export interface BootstrapOptions {
  /** The group (package, document, person) of each item: what is resampled. @defaultValue each item by itself */
  readonly clusters?: ArrayLike<string | number> | undefined;
  /** How often. @defaultValue 1000 */
  readonly resamples?: number | undefined;
  /** The share of resamples that the interval holds, in `(0, 1)`. @defaultValue 0.95 */
  readonly confidence?: number | undefined;
  /** Where the draws come from. @defaultValue `Rng.from(0)` */
  readonly rng?: Rng | undefined;
}

/**
 * A metric's value with its percentile interval, by resampling groups of items, and seeds where there are several.
 * The value is the mean over seeds.
 *
 * @throws LimbeckError `invalid-option` for options out of range; `shape-mismatch` if runs or clusters differ in length;
 * `empty-data` for no items; `invalid-data` for a single group, from which nothing can be said; `undefined-metric` if the metric
 * has no value on all items, or on more than a tenth of the resamples
 * @see Efron and Tibshirani, "An Introduction to the Bootstrap", 1993, chapter 13.
 */
export function bootstrap<P, R>(
  metric: Metric<P, R>,
  measured: Measured,
  options: BootstrapOptions = {},
): Interval {
  const [values] = resample(metric, [measured], options);
  return {
    value: meanValue(metric, measured),
    ...percentiles(values!, options.confidence ?? 0.95),
  };
}

/** The metric's value over all items, as mean over seeds. */
export function meanValue<P, R>(metric: Metric<P, R>, measured: Measured): number {
  const runs = runsOf(measured);
  return runs.reduce((sum, rows) => sum + metric.value(rows), 0) / runs.length;
}

/** The interval that holds the middle share of the values. */
export function percentiles(
  values: Float64Array,
  confidence: number,
): { readonly low: number; readonly high: number } {
  const sorted = Float64Array.from(values).sort();
  const tail = (1 - confidence) / 2;
  return { low: sortedQuantile(sorted, tail), high: sortedQuantile(sorted, 1 - tail) };
}

/**
 * The metric's value in each resample, one array a system. All systems see the same draw of groups, and those with equally
 * many runs the same draw of seeds, so that differences are paired. A draw on which the metric has no value for some system is
 * drawn again.
 *
 * @throws LimbeckError as {@link bootstrap}
 */
export function resample<P, R>(
  metric: Metric<P, R>,
  systems: readonly Measured[],
  options: BootstrapOptions = {},
): readonly Float64Array[] {
  const { resamples = 1000, confidence = 0.95, rng = Rng.from(0) } = options;
  checkWhole('bootstrap', { resamples }, 1, 'Use 1000.');
  checkBetween('bootstrap', { confidence }, 1e-6, 1 - 1e-6, 'Use 0.95.');
  const all = systems.map(runsOf);
  const items = checkItems(metric.name, all.flat());
  const groups = groupItems(options.clusters, items);
  const size = groups.starts.length - 1;
  if (size < 2) {
    throw new LimbeckError('invalid-data', {
      where: `bootstrap of ${metric.name}`,
      given: `${items} items of ${size} group`,
      expected: 'at least two groups',
      next: 'Measure more groups, or leave clusters out to resample items.',
    });
  }

  const evaluators = all.map((runs) => runs.map((rows) => drawEvaluator(metric, rows, groups)));
  const values = all.map(() => new Float64Array(resamples));
  const groupDraws = rng.stream('groups');
  const seedDraws = new Map(
    all.map((runs) => [runs.length, rng.stream(`seeds of ${runs.length}`)]),
  );
  const times = new Uint32Array(size);
  let undefinedDraws = 0;
  for (let b = 0; b < resamples; b++) {
    drawGroups(groupDraws, times);
    const drawn = new Map([...seedDraws].map(([runs, from]) => [runs, drawMany(from, runs)]));
    try {
      for (let s = 0; s < evaluators.length; s++) {
        const runs = evaluators[s]!;
        const chosen = drawn.get(runs.length)!;
        values[s]![b] = chosen.reduce((sum, run) => sum + runs[run]!(times), 0) / chosen.length;
      }
    } catch (cause) {
      if (!isLimbeckError(cause, 'undefined-metric')) throw cause;
      undefinedDraws++;
      if (undefinedDraws > mostUndefined * resamples) refuseUndefined(metric.name, cause);
      b--;
    }
  }
  return values;
}

/**
 * How many draws may be thrown away because the metric has no value on them (an AUC of a draw without a positive), as a
 * share of the resamples. What is left says how the metric varies where it is defined; with more it would say little.
 */
const mostUndefined = 0.1;

function refuseUndefined(name: string, cause: LimbeckError): never {
  throw new LimbeckError('undefined-metric', {
    where: `bootstrap of ${name}`,
    given: `more than ${100 * mostUndefined}% of resamples with ${cause.given}`,
    expected: `${cause.expected} in nearly every resample`,
    next: 'Measure more items or groups of the rare kind, or give its value without an interval.',
    cause,
  });
}

/** A whole number below `size`. The bias of multiply-and-cut is below size / 2^32, far under what resampling can show. */
function draw(rng: Rng, size: number): number {
  return Math.floor((rng.bits() / 2 ** 32) * size);
}

/** How often each group is drawn, as many draws as there are groups. */
function drawGroups(rng: Rng, times: Uint32Array): void {
  times.fill(0);
  for (let i = 0; i < times.length; i++) times[draw(rng, times.length)]!++;
}

function drawMany(rng: Rng, size: number): readonly number[] {
  return size === 1 ? [0] : Array.from({ length: size }, () => draw(rng, size));
}

function runsOf(measured: Measured): readonly Rows[] {
  return 'data' in measured ? [measured] : measured;
}

/** The number of items, the same in all runs. */
function checkItems(name: string, runs: readonly Rows[]): number {
  const sizes = runs.map((rows) => rows.data.length / rows.columns);
  if (sizes.length === 0 || sizes[0] === 0) {
    throw new LimbeckError('empty-data', {
      where: `bootstrap of ${name}`,
      given: sizes.length === 0 ? 'no run' : 'no items',
      expected: 'at least one run over two groups of items',
      next: 'Check the filter that made this set.',
    });
  }
  if (sizes.some((size) => size !== sizes[0])) {
    throw new LimbeckError('shape-mismatch', {
      where: `bootstrap of ${name}`,
      given: `runs over ${sizes.join(', ')} items`,
      expected: 'the same items in all',
      next: 'Measure every system and seed on the same items, in the same order.',
    });
  }
  return sizes[0]!;
}
