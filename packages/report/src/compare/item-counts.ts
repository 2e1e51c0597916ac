import type { RunReport } from '@limbeck/evaluators';
import { studentOf } from '../pick-systems.js';
import { answersOf } from './paired-difference.js';
import type { Pairing } from './pair-items.js';
import type { ItemCounts } from './run-comparison.js';

/** On how many common items each student is right, by its first seed; undefined where a run stored no answers of it. */
export function itemCounts(a: RunReport, b: RunReport, pairing: Pairing): ItemCounts | undefined {
  const first = rightOnes(a, pairing.a);
  const second = rightOnes(b, pairing.b);
  if (first === undefined || second === undefined || first.length === 0) return undefined;
  const of = (x: boolean, y: boolean): number =>
    first.filter((right, i) => right === x && second[i] === y).length;
  return {
    both: of(true, true),
    onlyA: of(true, false),
    onlyB: of(false, true),
    neither: of(false, false),
  };
}

function rightOnes(report: RunReport, at: readonly number[]): boolean[] | undefined {
  const student = studentOf(report);
  const [answers] = (student && answersOf(report, student.name, at)) ?? [];
  return answers?.map((answer, i) => answer === report.predictions!.labels[at[i]!]);
}
