import path from 'node:path';
import type { DataReport } from '@limbeck/evaluators';

/** Of fewer texts hardly one is left to validate and to test by: often the label is a slip. */
const fewRows = 5;

/**
 * What whoever passed the data should know of it, a line each: records that were set aside, and labels with few examples
 * or none.
 *
 * @param folder - the run's folder, as it is shown
 */
export function dataRemarks(data: DataReport, folder: string): readonly string[] {
  const { records, bad = 0, badReasons = {}, deadLetter, leftOut = {}, labels } = data;
  const remarks: string[] = [];
  if (bad > 0) {
    const where = deadLetter === undefined ? '' : `, kept in ${path.join(folder, deadLetter)}`;
    remarks.push(`${bad} of ${records} records set aside: ${listed(badReasons)}${where}.`);
  }
  const left = Object.values(leftOut).reduce((sum, count) => sum + count, 0);
  if (left > 0) remarks.push(`${left} of ${records} records left out: ${listed(leftOut)}.`);
  const unseen = labels.filter(({ splits }) => splits?.['train'] === 0).map(({ label }) => label);
  if (unseen.length > 0) {
    remarks.push(
      `No training text has the label ${unseen.join(', ')}: the student cannot know it.`,
    );
  }
  const rare = labels.filter(
    ({ rows, splits }) => rows > 0 && rows < fewRows && splits?.['train'] !== 0,
  );
  if (rare.length > 0) {
    const counted = listed(Object.fromEntries(rare.map(({ label, rows }) => [label, rows])));
    remarks.push(`Fewer than ${fewRows} texts have these labels: ${counted}. Are they meant?`);
  }
  return remarks;
}

/** Reasons and how often each held, the commonest first. */
function listed(reasons: { readonly [reason: string]: number }): string {
  const most = 5;
  const sorted = Object.entries(reasons).sort(([, a], [, b]) => b - a);
  const shown = sorted.slice(0, most).map(([reason, count]) => `${reason} (${count})`);
  return [...shown, ...(sorted.length > most ? ['and others'] : [])].join(', ');
}
