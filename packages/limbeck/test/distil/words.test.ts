import { expect, test } from 'vitest';
import type { ReportParts } from '../../src/distil/report/build-report.js';
import { notesOf } from '../../src/distil/report/words.js';

/** The notes of a run in which one family was trained with as many seeds as fitted. */
const notes = (fitting: number, wanted: number): string =>
  notesOf({
    families: [
      { state: 'trained', family: 'ngram', forecast: { seeds: Array.from({ length: fitting }) } },
    ],
    settled: { seeds: Array.from({ length: wanted }) },
    split: { rows: { test: 500, validation: 500 } },
    read: { labels: ['ham'] },
    parts: { train: [{ label: 0 }] },
    teacher: { trainingSeconds: 0 },
  } as unknown as ReportParts).join('\n');

test('says of the seeds how many the budget let in', () => {
  expect(notes(2, 3)).toContain('ngram was trained with 2 of 3 seeds');
  expect(notes(0, 3)).toContain('ngram was trained with 1 of 3 seeds');
  expect(notes(3, 3)).not.toContain('ngram');
});

test('says that the smallest family took longer than the budget, and of no seed that was left out', () => {
  expect(notes(0, 1)).toContain('ngram took longer than the budget');
  expect(notes(0, 1)).not.toContain('seeds,');
});
