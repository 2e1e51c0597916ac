import type { ReportParts } from './build-report.js';

/** The report's heading. */
export function titleOf({ options, settled, read }: ReportParts): string {
  const { about } = options;
  if (about?.title !== undefined) return about.title;
  const some = read.labels.slice(0, 3).join(', ');
  return `Which ${settled.columns.label}: ${some}${read.labels.length > 3 ? ', …' : ''}?`;
}

/** What a reader should know beside the numbers. */
export function notesOf(given: ReportParts): string[] {
  const { families, split, settled, read, parts, teacher } = given;
  const notes: string[] = [];
  const { test, validation } = split.rows;
  if (test < 200) {
    notes.push(
      `The test part has ${test} texts: an accuracy of 90% on so few has a 95% interval of about ±${Math.round(100 * 1.96 * Math.sqrt(0.09 / test))} points. Label more texts before you rely on small differences.`,
    );
  }
  for (const family of families) {
    if (family.state === 'left-out') notes.push(`${family.family} was left out. ${family.why}`);
    else notes.push(...hurried(family.family, family.forecast.seeds.length, settled.seeds.length));
  }
  notes.push(
    `Families were compared, states picked and temperatures fitted on the ${validation.toLocaleString('en-US')} validation texts; the test texts were asked about once, at the end.`,
  );
  const absent = read.labels.filter(
    (_, label) => !parts.train.some((example) => example.label === label),
  );
  if (absent.length > 0) {
    notes.push(
      `No training text has the label ${absent.slice(0, 10).join(', ')}${absent.length > 10 ? ', …' : ''}: the student cannot know it.`,
    );
  }
  if (teacher.trainingSeconds > 0) {
    notes.push(
      'The teacher’s size is that of the weights of all of its members; its time was measured in batches alone.',
    );
  }
  notes.push(
    'The same data, options and machine give the same weights; which families and seeds fit into the budget depends on the machine’s speed.',
  );
  return notes;
}

/** What the budget took from a family that was trained. */
function hurried(family: string, fitting: number, wanted: number): string[] {
  // The smallest family runs with one seed at least.
  const seeds = Math.max(1, fitting);
  if (seeds < wanted) {
    return [
      `${family} was trained with ${seeds} of ${wanted} seeds, since all would not have fitted into the budget.`,
    ];
  }
  return fitting > 0
    ? []
    : [`${family} took longer than the budget: the smallest family always runs.`];
}
