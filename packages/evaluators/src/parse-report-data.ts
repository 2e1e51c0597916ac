import { LimbeckError } from '@limbeck/core';
import type { DataLeak, DataReport, LabelCount } from './data-report.js';
import type { RunReport } from './run-report.js';
import { count, fields, list, number, oneOf, table, text } from './schema.js';
import type { StoredPredictions } from './stored-predictions.js';

type Lengths = NonNullable<DataReport['lengths']>;

/** Checks a {@link DataReport}. */
export const dataCheck = fields<DataReport>(
  {
    records: count,
    bad: count,
    badReasons: table(count),
    deadLetter: text,
    leftOut: table(count),
    duplicates: fields<NonNullable<DataReport['duplicates']>>(
      { exact: count, near: count, note: text },
      ['near', 'note'],
    ),
    leaks: list(
      fields<DataLeak>({ between: list(text), exact: count, near: count, groups: count }, [
        'near',
        'groups',
      ]),
    ),
    labels: list(
      fields<LabelCount>({ label: text, rows: count, splits: table(count) }, ['splits']),
    ),
    lengths: fields<Lengths>(
      {
        unit: oneOf('characters', 'bytes', 'words', 'tokens'),
        quantiles: list(
          fields<Lengths['quantiles'][number]>({ share: number(0, 1), value: number(0) }),
        ),
        cut: count,
      },
      ['cut'],
    ),
    columns: table(text),
    language: list(text),
  },
  [
    'bad',
    'badReasons',
    'deadLetter',
    'leftOut',
    'duplicates',
    'leaks',
    'lengths',
    'columns',
    'language',
  ],
);

/** Checks the form of {@link StoredPredictions}. */
export const predictionsCheck = fields<StoredPredictions>(
  {
    set: text,
    items: list(text),
    labels: list(count),
    groups: list(count),
    systems: list(
      fields<StoredPredictions['systems'][number]>({
        name: text,
        answers: list(list(number(-1))),
      }),
    ),
  },
  ['groups'],
);

/** Checks what the form cannot say of a report's stored predictions. @throws LimbeckError `invalid-data` */
export function checkStoredPredictions({ predictions, dataset }: RunReport): void {
  if (predictions === undefined) return;
  const { items, labels, groups = labels, systems } = predictions;
  const classes = dataset.classes.length;
  if (new Set(items).size !== items.length) {
    refuse('an item that occurs twice in report.predictions.items', 'items that occur once');
  }
  const lists = [
    ['labels', labels],
    ['groups', groups],
    ...systems.flatMap(({ answers }, s) =>
      answers.map((one, run) => [`systems[${s}].answers[${run}]`, one] as const),
    ),
  ] as const;
  for (const [name, values] of lists) {
    if (values.length !== items.length) {
      refuse(
        `${values.length} values as report.predictions.${name}`,
        `${items.length}, one an item`,
      );
    }
    const most = name === 'groups' ? Infinity : classes - 1;
    const bad = values.find((value) => !Number.isInteger(value) || value > most);
    if (bad !== undefined) {
      refuse(`${bad} in report.predictions.${name}`, `whole numbers up to ${most}`);
    }
  }
}

function refuse(given: string, expected: string): never {
  throw new LimbeckError('invalid-data', {
    where: 'report',
    given,
    expected,
    next: 'Write one answer an item, as an index into the classes of the data set.',
  });
}
