import {
  accuracy,
  compare,
  type Interval,
  macroF1,
  type RunReport,
  type SystemReport,
} from '@limbeck/evaluators';
import type { Pairing } from './pair-items.js';
import type { CompareRunsOptions } from './run-comparison.js';

/** Metrics that stored answers suffice for. */
export type PairedMetric = 'accuracy' | 'macroF1';

/** By how much the second run's system is above the first's on the items that both answered; undefined without them. */
export function pairedDifference(
  name: PairedMetric,
  [a, systemA]: readonly [RunReport, SystemReport],
  [b, systemB]: readonly [RunReport, SystemReport],
  pairing: Pairing,
  options: CompareRunsOptions,
): (Interval & { readonly p: number }) | undefined {
  const first = answersOf(a, systemA.name, pairing.a);
  const second = answersOf(b, systemB.name, pairing.b);
  if (first === undefined || second === undefined || pairing.a.length < 2) return undefined;
  // Answers are indices into each run's own classes: F1 by class needs the same ones in both.
  if (name === 'macroF1' && a.dataset.classes.join('\n') !== b.dataset.classes.join('\n')) {
    return undefined;
  }
  const metric = name === 'accuracy' ? accuracy() : macroF1();
  const rows = (run: RunReport, answers: readonly (readonly number[])[], at: readonly number[]) => {
    const classes = run.dataset.classes.length;
    const labels = at.map((i) => run.predictions!.labels[i]!);
    return answers.map((one) => metric.rows({ labels: one, classes }, labels));
  };
  const { groups } = a.predictions!;
  const clusters = groups && pairing.a.map((i) => groups[i]!);
  const { difference, low, high, p } = compare(
    metric,
    { name: systemB.name, rows: rows(b, second, pairing.b) },
    { name: systemA.name, rows: rows(a, first, pairing.a) },
    {
      // From a single group nothing could be drawn.
      clusters: clusters !== undefined && new Set(clusters).size > 1 ? clusters : undefined,
      ...(options.resamples === undefined ? {} : { resamples: options.resamples }),
    },
  );
  return { value: difference, low, high, p };
}

/** A system's answers to the picked items, one list a seed. */
export function answersOf(
  report: RunReport,
  system: string,
  at: readonly number[],
): number[][] | undefined {
  const stored = report.predictions?.systems.find(({ name }) => name === system);
  if (stored === undefined || stored.answers.length === 0) return undefined;
  return stored.answers.map((run) => at.map((i) => run[i]!));
}
