import { parseRunReport, type RunReport, runReportJson } from '@limbeck/evaluators';
import { describe, expect, test } from 'vitest';
import report from './fixtures/report-v1.json' with { type: 'json' };

/** The report of format 1 with everything that was added to the format since. */
const full: RunReport = {
  ...parseRunReport(report),
  riskCoverage: [
    {
      system: 'student',
      points: [
        { coverage: 0.5, risk: 0 },
        { coverage: 1, risk: 0.25 },
      ],
      area: 0.125,
    },
  ],
  labelErrors: [{ text: 'x', label: 'a', suggested: 'b', probability: 0.9, source: 'line 1' }],
  labelErrorsNote: 'By five folds.',
  data: {
    records: 9,
    bad: 1,
    badReasons: { 'no label': 1 },
    deadLetter: 'bad.jsonl',
    leftOut: { 'empty text': 2 },
    duplicates: { exact: 1, near: 0, note: 'Kept on one side.' },
    leaks: [{ between: ['train', 'test'], exact: 0, near: 0, groups: 0 }],
    labels: [{ label: 'a', rows: 4, splits: { train: 2, test: 2 } }],
    lengths: { unit: 'bytes', quantiles: [{ share: 0.5, value: 12 }], cut: 0 },
    columns: { text: 'body' },
    language: ['en'],
  },
  predictions: {
    set: 'test',
    items: ['00', '01'],
    labels: [0, 1],
    groups: [0, 0],
    systems: [{ name: 'student', answers: [[0, -1]] }],
  },
};

/** The report with other stored predictions. */
const stored = (change: object): RunReport => ({
  ...full,
  predictions: { ...full.predictions!, ...change },
});

describe('what was added to the report', () => {
  test('is read and written the same', () => {
    expect(parseRunReport(JSON.parse(runReportJson(full)))).toEqual(full);
  });

  test('is written with lists of numbers on one line, whatever the texts hold', () => {
    const text = 'list [\n  1,\n  2\n]';
    const written = runReportJson({ ...full, title: text });
    expect(written).toContain('"answers": [\n          [ 0, -1 ]\n        ]');
    expect(parseRunReport(JSON.parse(written)).title).toBe(text);
  });

  test.each([
    ['an item that occurs twice', { items: ['00', '00'] }, 'occurs twice'],
    ['a label too few', { labels: [0] }, '1 values as report.predictions.labels'],
    ['a label that is no class', { labels: [0, 2] }, '2 in report.predictions.labels'],
    ['a group too many', { groups: [0, 1, 2] }, '3 values as report.predictions.groups'],
    [
      'an answer that is no class',
      { systems: [{ name: 's', answers: [[0, 1.5]] }] },
      '1.5 in report.predictions.systems[0].answers[0]',
    ],
    [
      'an answer below −1',
      { systems: [{ name: 's', answers: [[0, -2]] }] },
      'report.predictions.systems[0].answers[0][1]',
    ],
  ])('refuses predictions with %s', (_name, change, given) => {
    expect(() => parseRunReport(stored(change))).toThrow(
      expect.objectContaining({
        code: 'invalid-data',
        given: expect.stringContaining(given) as string,
      }),
    );
  });

  test.each([
    ['without counts', { counts: [] }],
    ['with a row that is cut off', { counts: [[1, 0], [1]] }],
    ['with abstentions of one class', { abstained: [1] }],
  ])('refuses a confusion %s', (_name, change) => {
    const whole = {
      system: 's',
      classes: ['a', 'b'],
      counts: [
        [1, 0],
        [0, 1],
      ],
    };
    expect(parseRunReport({ ...full, confusion: [whole] }).confusion).toHaveLength(1);
    expect(() => parseRunReport({ ...full, confusion: [{ ...whole, ...change }] })).toThrow(
      expect.objectContaining({
        code: 'invalid-data',
        given: expect.stringContaining('the confusion of s for 2 classes') as string,
      }),
    );
  });

  test('refuses a risk above 1 and a count below 0', () => {
    const risky = { ...full, riskCoverage: [{ system: 's', points: [{ coverage: 1, risk: 2 }] }] };
    expect(() => parseRunReport(risky)).toThrow(/riskCoverage\[0\]\.points\[0\]\.risk/u);
    const negative = { ...full, data: { ...full.data!, bad: -1 } };
    expect(() => parseRunReport(negative)).toThrow(/report\.data\.bad/u);
  });
});
