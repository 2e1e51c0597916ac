import { dataCard, dataCardJson, renderReport } from '@limbeck/report';
import { describe, expect, test } from 'vitest';
import { smallestReport } from './fixture.js';
import { spamReport } from './spam-fixture.js';

const report = spamReport();

describe('dataCard', () => {
  const card = dataCard(report, { tags: ['mail'], labelling: 'By hand.', limits: ['Old mails.'] });

  test('opens with the metadata that the hub reads', () => {
    const lines = card.split('\n');
    expect(lines.slice(0, lines.indexOf('---', 1))).toEqual([
      '---',
      'license: "pddl"',
      'language:',
      '- "en"',
      'pretty_name: "simulated mails"',
      'task_categories:',
      '- "text-classification"',
      'size_categories:',
      '- "1K<n<10K"',
      'tags:',
      '- "mail"',
      'dataset_info:',
      '  splits:',
      '  - name: "train"',
      '    num_examples: 1400',
      '  - name: "validation"',
      '    num_examples: 200',
      '  - name: "test"',
      '    num_examples: 400',
    ]);
  });

  test.each([
    ['what could not be read', '| Could not be read | 14 | 0.6% |'],
    ['why', '| – no body | 11 | 0.5% |'],
    ['what was left out', '| Left out: exact duplicate | 207 | 9.3% |'],
    ['where the bad ones lie', 'Records that could not be read lie in bad-records.jsonl.'],
    ['which columns were read', 'Columns: text from subject, body; label from kind.'],
    ['the classes by part', '| spam | 610 | 30.5% | 427 | 60 | 123 |'],
    ['the lengths', '| 50% | 980 |'],
    ['what is too long', '312 inputs are longer than the student reads.'],
    ['what repeats', '207 records repeat another one exactly, 41 nearly.'],
    ['what leaks', '| train and test | 0 | 0 | no groups |'],
    ['who labelled', 'By hand.'],
    ['limits', '- Old mails.'],
    ['the licence', '- Licence: pddl'],
  ])('says %s', (_name, text) => {
    expect(card).toContain(text);
  });

  test('does not say twice that records could not be read, where that is all that is known', async () => {
    const badReasons = { 'could not be read': 14 };
    const once = { ...report, data: { ...report.data!, badReasons } };
    expect(dataCard(once).match(/could not be read \|/giu)).toHaveLength(1);
    const page = await renderReport(once, { charts: false });
    expect(page.match(/>could not be\s+read/giu)).toHaveLength(1);
  });

  test.each([
    [999, 'n<1K'],
    [1000, '1K<n<10K'],
    [99_999, '10K<n<100K'],
    [5_000_000, '1M<n<10M'],
    [2e12, 'n>1T'],
  ])('puts %i rows into %s', (rows, category) => {
    const sized = { ...report, dataset: { ...report.dataset, rows } };
    expect(dataCard(sized)).toContain(`- "${category}"`);
  });

  test.each([
    ['MIT', 'license: "mit"'],
    ['PDDL, contents CC0', 'license: other\nlicense_name: "PDDL, contents CC0"'],
  ])('tells the hub of the licence %s', (license, lines) => {
    expect(dataCard(report, { license })).toContain(`---\n${lines}\n`);
  });

  test('lets no text become markup or end the front matter', () => {
    const evil = 'x\n---\n# <b>|';
    const poisoned = {
      ...report,
      dataset: { ...report.dataset, name: evil, source: evil },
      data: { ...report.data!, leftOut: { [evil]: 1 } },
    };
    const text = dataCard(poisoned);
    expect(text.split('\n').filter((line) => line === '---')).toHaveLength(2);
    expect(text).toContain('Left out: x --- \\# \\<b\\>\\|');
  });

  test.each([
    ['- a list', '\\- a list'],
    ['1. first', '1\\. first'],
    ['R&amp;D, ~~not~~', 'R\\&amp;D, \\~\\~not\\~\\~'],
    ['-1.5 % & more', '-1.5 % & more'],
  ])('shows %j as it is', (labelling, shown) => {
    expect(dataCard(report, { labelling })).toContain(`\n\n${shown}\n`);
  });

  test('is not made of a report that knows nothing of its data', () => {
    for (const make of [dataCard, dataCardJson]) {
      expect(() => make(smallestReport())).toThrow(
        expect.objectContaining({ code: 'missing-signal' }),
      );
    }
  });

  test('holds of a report with hardly anything in its data', () => {
    const bare = dataCard({ ...smallestReport(), data: { records: 0, labels: [] } });
    expect(bare).toContain('| Records in the files | 0 |  |');
    expect(bare).toContain('- Licence: not stated');
    expect(bare).not.toMatch(/NaN|undefined/u);
  });
});

test('dataCardJson holds the same for programs', () => {
  expect(dataCardJson(report, { license: 'mit' })).toMatchObject({
    formatVersion: 1,
    name: 'simulated mails',
    license: 'mit',
    language: ['en'],
    records: 2231,
    leftOut: { 'exact duplicate': 207 },
    labelErrorCandidates: 3,
    splits: [{ name: 'train', rows: 1400 }, { name: 'validation' }, { name: 'test' }],
  });
});
