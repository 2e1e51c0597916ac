import { isLimbeckError, type Metric } from '@limbeck/core';
import { abstentions, accuracy } from './accuracy.js';
import { bootstrap, type BootstrapOptions, meanValue } from './bootstrap.js';
import { ece } from './calibration.js';
import { agreement } from './fidelity.js';
import { brier, nll } from './likelihood.js';
import { macroF1 } from './macro-f1.js';
import { itemsOf, type Predictions, type References } from './predictions.js';
import type { Role } from './roles.js';
import type { SystemReport } from './run-report.js';

/** What {@link systemReport} measures. */
export interface MeasuredSystem {
  /** The name that slices, comparisons and charts use. */
  readonly name: string;
  /** The part that it plays. */
  readonly role: Role;
  /** Answers to the same items, one a seed. */
  readonly runs: readonly Predictions[];
  /** The runs' seeds, where there are several. */
  readonly seeds?: readonly number[];
  /** The teacher's answers, for the agreement with it. */
  readonly teacher?: Predictions;
  /** Further metrics, such as `mcc()`; one without a value on these answers is left out. @defaultValue none */
  readonly metrics?: readonly Metric<Predictions, References>[];
}

/**
 * A system's row of the report: every metric that its answers define, as mean over seeds, accuracy with its interval.
 * Metrics that need probabilities are left out for labels alone, and NLL and Brier where it abstains.
 *
 * @throws LimbeckError as {@link accuracy} and {@link bootstrap}
 */
export function systemReport(
  system: MeasuredSystem,
  references: References,
  options: BootstrapOptions = {},
): SystemReport {
  const { name, role, runs, seeds, teacher, metrics = [] } = system;
  const right = runs.map((run) => accuracy().rows(run, references));
  const abstained = runs.map(abstentions);
  const mostAbstained = Math.max(...abstained);
  const items = itemsOf(runs[0]!);
  const mean = <R>(metric: Metric<Predictions, R>, against: R): number =>
    meanValue(
      metric,
      runs.map((run) => metric.rows(run, against)),
    );
  const soft = runs.every((run) => 'probabilities' in run);
  const further = metrics.flatMap((metric) => {
    const value = ifMeasurable(() => mean(metric, references));
    return value === undefined ? [] : [[metric.name, value] as const];
  });

  return {
    name,
    role,
    accuracy: bootstrap(accuracy(), right, options),
    ...(mostAbstained === 0 ? {} : { abstained: Math.round(average(abstained)) }),
    macroF1: mean(macroF1(), references),
    ...(soft && mostAbstained === 0
      ? { nll: mean(nll(), references), brier: mean(brier(), references) }
      : {}),
    ...(soft && mostAbstained < items ? { ece: mean(ece(), references) } : {}),
    ...(teacher === undefined ? {} : { agreement: mean(agreement(), teacher) }),
    ...(further.length === 0 ? {} : { metrics: Object.fromEntries(further) }),
    n: items,
    ...(seeds === undefined
      ? {}
      : {
          seeds: seeds.map((seed, i) => ({ seed, accuracy: accuracy().value(right[i]!) })),
        }),
  };
}

/** A metric's value, or nothing where the answers do not define it. */
function ifMeasurable(measure: () => number): number | undefined {
  try {
    return measure();
  } catch (error) {
    if (isLimbeckError(error, 'undefined-metric') || isLimbeckError(error, 'missing-signal')) {
      return undefined;
    }
    throw error;
  }
}

function average(numbers: readonly number[]): number {
  return numbers.reduce((sum, value) => sum + value, 0) / numbers.length;
}
