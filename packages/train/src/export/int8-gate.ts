import { LimbeckError, type Metric } from '@limbeck/core';
import { agreement, bootstrap, compare, type Predictions } from '@limbeck/evaluators';

/** Rows that make the metric's drop alone trustworthy; also how many unlabelled rows stand in where there are fewer. */
const enoughRows = 2000;

/** The most that the metric may drop, and the most that the interval's upper end may be: 0.5 and 1 points. */
const maxDrop = 0.005;
const maxDropHigh = 0.01;

/** The least that the lower end of the agreement may be. */
const minAgreementLow = 0.98;

/** Differences of shares carry rounding: 1 − 0.995 is above 0.005, and what is at an edge passes. */
const rounding = 1e-9;

/** Held-out rows with the float32 student's answers, to which int8's are compared. */
export interface Int8Evidence {
  readonly metric: Metric<Predictions, ArrayLike<number>>;
  readonly labels: ArrayLike<number>;
  /** The group of each labelled row, resampled as a whole. */
  readonly clusters?: ArrayLike<string | number> | undefined;
  readonly labelled: Predictions;
  readonly unlabelled?: Predictions | undefined;
}

/** What the int8 gate measured. */
export interface Int8Gate {
  /** The metric's name. */
  readonly metric: string;
  /** Labelled rows. */
  readonly rows: number;
  /** How much worse int8 is than float32 by the metric, in [0, 1] for shares; with its 95% interval. */
  readonly drop: number;
  /** The interval's lower end. */
  readonly dropLow: number;
  /** The interval's upper end. */
  readonly dropHigh: number;
  /** Share of unlabelled rows with float32's answer, and the lower end of its 95% interval. */
  readonly agreement?: { readonly rows: number; readonly value: number; readonly low: number };
  /** Whether the file may be written. */
  readonly passed: boolean;
}

/** Refuses evidence that no quantised file could pass with. @throws LimbeckError `invalid-option`, `shape-mismatch` */
export function checkEvidence(
  where: string,
  labelled: number,
  labels: number,
  unlabelled: number,
): void {
  if (labelled !== labels) {
    throw new LimbeckError('shape-mismatch', {
      where,
      given: `${labels} labels for ${labelled} held-out rows`,
      expected: 'one a row',
      next: 'Pass the labels in the order of the rows.',
    });
  }
  if (labelled >= 2 && (labelled >= enoughRows || unlabelled >= enoughRows)) return;
  throw new LimbeckError('invalid-option', {
    where,
    given: `${labelled} labelled and ${unlabelled} unlabelled rows`,
    expected: `some labelled rows, and at least ${enoughRows} labelled or ${enoughRows} unlabelled ones`,
    next: 'Pass more held-out rows, or inputs without labels, or leave the quantised file out.',
  });
}

/** Compares int8's answers with float32's on the same rows. */
export function int8Gate(
  evidence: Int8Evidence,
  labelled: Predictions,
  unlabelled: Predictions | undefined,
): Int8Gate {
  const { metric, labels, clusters } = evidence;
  const measured = (name: string, predictions: Predictions) => ({
    name,
    rows: metric.rows(predictions, labels),
  });
  const { difference, low, high } = compare(
    metric,
    measured('float32', evidence.labelled),
    measured('int8', labelled),
    { clusters },
  );
  const rows = labels.length;
  const fits = difference <= maxDrop + rounding && high <= maxDropHigh + rounding;
  const drop = { metric: metric.name, rows, drop: difference, dropLow: low, dropHigh: high };
  if (evidence.unlabelled === undefined || unlabelled === undefined) {
    return { ...drop, passed: fits };
  }
  const same = agreement();
  const agreed = same.rows(unlabelled, evidence.unlabelled);
  const interval = bootstrap(same, agreed);
  return {
    ...drop,
    agreement: { rows: agreed.data.length, value: interval.value, low: interval.low },
    passed: fits && interval.low >= minAgreementLow - rounding,
  };
}

/** The error of a quantised file that no float32 layer can save. */
export function int8Failed(gate: Int8Gate, kind = 'int8'): LimbeckError {
  const points = (share: number): string => `${(100 * share).toFixed(2)} points`;
  const agreed =
    gate.agreement === undefined
      ? ''
      : `, agreement ${(100 * gate.agreement.value).toFixed(2)}% (at least ${(100 * gate.agreement.low).toFixed(2)}%)`;
  return new LimbeckError('gate-failed', {
    where: `export, ${kind}`,
    given: `a drop of ${points(gate.drop)} in ${gate.metric} (up to ${points(gate.dropHigh)}) on ${gate.rows} rows${agreed}`,
    expected: `at most ${points(maxDrop)}, up to ${points(maxDropHigh)}, and agreement of at least 98%`,
    next: 'No such file was written. Ship float32, or pass more held-out rows: few rows make a wide interval.',
  });
}
