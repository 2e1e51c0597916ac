import type { RunReport } from '@limbeck/evaluators';
import { count, percent, range } from './format.js';
import { studentOf } from './pick-systems.js';

/** What the run's own numbers say against the student, then what its makers add: sentences of plain text. */
export function studentLimits(report: RunReport, more: readonly string[]): string[] {
  const { slices, sets = [], dataset } = report;
  const student = studentOf(report);
  const weak = slices
    .filter(({ system, accuracy }) => system === student?.name && accuracy.value < 1)
    .toSorted((a, b) => a.accuracy.value - b.accuracy.value)
    .slice(0, 3)
    .map(({ by, value, accuracy }) => `${by} ${value} (${percent(accuracy.value, 0)})`);
  const other = sets.filter((set) => set.system === student?.name);
  return [
    ...(student === undefined
      ? []
      : [`It answers ${percent(1 - student.accuracy.value)} of the test items wrongly.`]),
    ...(weak.length === 0 ? [] : [`It is weakest on ${weak.join(', ')}.`]),
    ...other.map(
      ({ set, accuracy }) =>
        `On ${set} it reaches ${percent(accuracy.value)} (${range(accuracy)}).`,
    ),
    ...(student?.ece === undefined
      ? []
      : [
          `Its confidence is off by ${percent(student.ece)} on average (expected calibration error).`,
        ]),
    `It knows ${count(dataset.classes.length)} classes and answers with one of them whatever the input is.`,
    ...more,
  ];
}
