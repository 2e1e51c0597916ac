import { LimbeckError } from '@limbeck/core';
import { parseRunReport, type RunReport } from '@limbeck/evaluators';
import { signedPoints } from '../format.js';
import { studentOf } from '../pick-systems.js';
import { changedSlices } from './changed-slices.js';
import { changedSystems } from './changed-systems.js';
import { itemCounts } from './item-counts.js';
import { pairItems } from './pair-items.js';
import type {
  ComparedRun,
  CompareRunsOptions,
  RunComparison,
  RunSide,
  SystemChange,
} from './run-comparison.js';
import { changedSettings } from './settings.js';

/**
 * Two runs side by side: what they were given that is not the same, how their systems and the slices changed, and what
 * became of single items. Differences are second minus first. Where both reports hold the answers to the same items
 * (`predictions`) the differences of accuracy and macro-F1 are paired; otherwise their intervals are those of independent
 * runs, and the comparison says so.
 *
 * @throws LimbeckError `invalid-data` and `format-too-new` as `parseRunReport`; `duplicate-name` for two runs of one label
 * @example
 * ```ts
 * import type { RunReport } from '@limbeck/evaluators';
 * import { compareRuns } from '@limbeck/report';
 *
 * const report = (value: number): RunReport => ({
 *   formatVersion: 1,
 *   name: 'tiny',
 *   finishedAt: '2026-11-25T15:04:00.000Z',
 *   seeds: [1],
 *   dataset: { name: 'made up', rows: 100, classes: ['yes', 'no'] },
 *   systems: [
 *     { name: 'student', role: 'student', accuracy: { value, low: value - 0.05, high: value + 0.05 }, n: 100 },
 *   ],
 *   slices: [],
 *   comparisons: [],
 *   stages: [],
 * });
 * const { sentence, pairing } = compareRuns(
 *   { label: 'before', report: report(0.8) },
 *   { label: 'after', report: report(0.82) },
 * );
 * console.log(pairing.items); // 0
 * console.log(sentence); // No difference in the student’s accuracy is shown: 2.0 points (−5.1 to 9.1) from before to after.
 * ```
 */
export function compareRuns(
  first: ComparedRun,
  second: ComparedRun,
  options: CompareRunsOptions = {},
): RunComparison {
  const runs = [first, second].map((run) => ({ ...run, report: parseRunReport(run.report) }));
  const [a, b] = runs as [ComparedRun, ComparedRun];
  const sides = [sideOf(a), sideOf(b)] as const;
  checkLabels(sides);
  const pairing = pairItems(answered(a.report), answered(b.report));
  const systems = changedSystems(a.report, b.report, pairing, options);
  const items = itemCounts(a.report, b.report, pairing);
  return {
    a: sides[0],
    b: sides[1],
    sentence: sentenceOf(systems, sides),
    pairing: { items: pairing.a.length, sentence: pairing.sentence },
    settings: changedSettings(a, b),
    systems,
    slices: changedSlices(a.report, b.report),
    ...(items === undefined ? {} : { items }),
  };
}

function sideOf({ label, report }: ComparedRun): RunSide {
  const student = studentOf(report)?.name;
  return {
    label: label ?? report.name,
    title: report.title ?? report.name,
    finishedAt: report.finishedAt,
    ...(student === undefined ? {} : { student }),
  };
}

function checkLabels([a, b]: readonly [RunSide, RunSide]): void {
  if (a.label !== b.label) return;
  throw new LimbeckError('duplicate-name', {
    where: 'compareRuns',
    given: `two runs called ${JSON.stringify(a.label)}`,
    expected: 'two names that tell them apart',
    next: 'Pass a label with each run, such as its folder.',
  });
}

function answered({ dataset, predictions }: RunReport): Parameters<typeof pairItems>[0] {
  return { classes: dataset.classes, predictions };
}

/** What came of the student, in words. */
function sentenceOf(systems: readonly SystemChange[], [a, b]: readonly [RunSide, RunSide]): string {
  const student = systems.find((one) => one.a === a.student && one.b === b.student);
  const change = student?.measures.find(({ measure }) => measure === 'accuracy');
  const { difference } = change ?? {};
  if (typeof difference !== 'object') return `${a.label} and ${b.label} have no student in common.`;
  const { value, low, high } = difference;
  const said = (gap: number, from: number, to: number): string =>
    `${signedPoints(gap)} points (${signedPoints(from)} to ${signedPoints(to)}) from ${a.label} to ${b.label}.`;
  if (low > 0) return `The student’s accuracy rose by ${said(value, low, high)}`;
  if (high < 0) return `The student’s accuracy fell by ${said(-value, -high, -low)}`;
  return `No difference in the student’s accuracy is shown: ${said(value, low, high)}`;
}
