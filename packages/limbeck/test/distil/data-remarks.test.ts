import path from 'node:path';
import { expect, test } from 'vitest';
import { dataRemarks } from '../../src/node/commands/data-remarks.js';

const labels = [{ label: 'ham', rows: 5, splits: { train: 3, validation: 1, test: 1 } }];

test('says nothing of data in which nothing is wrong', () => {
  expect(dataRemarks({ records: 5, bad: 0, leftOut: {}, labels }, 'runs/a')).toEqual([]);
});

test('counts what was set aside and left out, and names labels that training never saw', () => {
  const unseen = { label: 'scam', rows: 2, splits: { train: 0, validation: 1, test: 1 } };
  expect(
    dataRemarks(
      {
        records: 20,
        bad: 3,
        badReasons: { 'could not be read': 1, 'number in column body': 2 },
        deadLetter: 'steps/read/bad-records.jsonl',
        leftOut: { 'empty text': 4 },
        labels: [...labels, unseen],
      },
      'runs/a',
    ),
  ).toEqual([
    `3 of 20 records set aside: number in column body (2), could not be read (1), kept in ${path.join('runs/a', 'steps/read/bad-records.jsonl')}.`,
    '4 of 20 records left out: empty text (4).',
    'No training text has the label scam: the student cannot know it.',
  ]);
});

test('names labels that hardly a text has', () => {
  const rare = { label: 'sapm', rows: 1, splits: { train: 1, validation: 0, test: 0 } };
  expect(dataRemarks({ records: 6, labels: [...labels, rare] }, 'runs/a')).toEqual([
    'Fewer than 5 texts have these labels: sapm (1). Are they meant?',
  ]);
});
