import { checkBetween, LimbeckError } from '@limbeck/core';

/** What a student reached with so many labels and no teacher. */
export interface LabelPoint {
  /** How many labels, above 0. */
  readonly labels: number;
  /** The accuracy reached. */
  readonly accuracy: number;
}

/** What {@link labelEfficiency} found. */
export interface LabelEfficiency {
  /** How many labels reach the value; `null` where not even all of them do. */
  readonly equivalentLabels: number | null;
  /** Whether the fewest labels measured reach it already, so that the number is an upper bound. */
  readonly atMost: boolean;
  /** "N labels and a teacher did the work of M labels", or "of more than all". */
  readonly sentence: string;
}

/**
 * How many labels would do the work of a few labels and a teacher: where the curve of accuracy by labels first
 * reaches the distilled student's, interpolated on the logarithm of the labels. A curve that dips by chance counts
 * as its highest value so far.
 *
 * @param curve - at least two points; in any order
 * @param value - the distilled student's accuracy, in `[0, 1]`
 * @param labels - how many labels the distilled student had
 * @throws LimbeckError `empty-data` for fewer than two points; `invalid-data` for a point without labels or an accuracy
 * outside `[0, 1]`; `invalid-option` for a value outside `[0, 1]`
 */
export function labelEfficiency(
  curve: readonly LabelPoint[],
  value: number,
  labels: number,
): LabelEfficiency {
  checkBetween('labelEfficiency', { value }, 0, 1, 'Pass an accuracy.');
  const rising = checkCurve(curve);
  const spent = `${count(labels)} labels and a teacher did the work of`;
  const first = rising[0]!;
  const most = rising.at(-1)!;
  if (value <= first.accuracy) {
    const sentence = `${spent} at most ${count(first.labels)} labels.`;
    return { equivalentLabels: first.labels, atMost: true, sentence };
  }
  let below = first;
  for (const point of rising.slice(1)) {
    if (point.accuracy >= value) {
      const share = (value - below.accuracy) / (point.accuracy - below.accuracy);
      const log = Math.log(below.labels) * (1 - share) + Math.log(point.labels) * share;
      const equivalentLabels = Math.round(Math.exp(log));
      const sentence = `${spent} ${count(equivalentLabels)} labels.`;
      return { equivalentLabels, atMost: false, sentence };
    }
    if (point.accuracy >= below.accuracy) below = point;
    // A dip: the earlier, higher accuracy holds, now for more labels.
    else below = { labels: point.labels, accuracy: below.accuracy };
  }
  const sentence = `${spent} more than all ${count(most.labels)} labels.`;
  return { equivalentLabels: null, atMost: false, sentence };
}

function checkCurve(curve: readonly LabelPoint[]): readonly LabelPoint[] {
  const refuse = (code: 'empty-data' | 'invalid-data', given: string): never => {
    throw new LimbeckError(code, {
      where: 'labelEfficiency',
      given,
      expected: 'two points or more, each with labels above 0 and an accuracy from 0 to 1',
      next: 'Train the student on several shares of the labels, without a teacher.',
    });
  };
  if (curve.length < 2) refuse('empty-data', `${curve.length} points`);
  for (const point of curve) {
    const fits = point.labels > 0 && point.accuracy >= 0 && point.accuracy <= 1;
    if (!fits) refuse('invalid-data', JSON.stringify(point));
  }
  return [...curve].sort((a, b) => a.labels - b.labels);
}

/** A whole number with commas between thousands. */
function count(value: number): string {
  return Math.round(value).toLocaleString('en-US');
}
