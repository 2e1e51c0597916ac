import { fc, test } from '@fast-check/vitest';
import type { RunReport } from '@limbeck/evaluators';
import { compareRuns, comparisonText, renderComparison } from '@limbeck/report';
import { describe, expect } from 'vitest';
import { independentDifference } from '../src/compare/independent-difference.js';
import { matchSystems } from '../src/compare/match-systems.js';
import { smallestReport } from './fixture.js';
import { spamReport } from './spam-fixture.js';

const before = spamReport();
const better = spamReport({ skill: 3.4 });
const studentOf = (comparison: ReturnType<typeof compareRuns>) =>
  comparison.systems.find(({ role }) => role === 'student')!;
const accuracyOf = (comparison: ReturnType<typeof compareRuns>) =>
  studentOf(comparison).measures.find(({ measure }) => measure === 'accuracy')!;

/** Wilson's score interval of a share. */
function wilson(right: number, of: number) {
  const z = 1.959964;
  const value = right / of;
  const middle = (value + z ** 2 / (2 * of)) / (1 + z ** 2 / of);
  const half =
    (z * Math.sqrt((value * (1 - value)) / of + z ** 2 / (4 * of ** 2))) / (1 + z ** 2 / of);
  return { value, low: middle - half, high: middle + half };
}

describe('independentDifference', () => {
  test.each([
    // Newcombe 1998, table II, method 10.
    [56, 70, 48, 80, 0.0524, 0.3339],
    [9, 10, 3, 10, 0.1705, 0.809],
    [10, 10, 0, 20, 0.6791, 1],
  ])('agrees with the published interval of %i/%i − %i/%i', (x1, n1, x2, n2, low, high) => {
    const found = independentDifference(wilson(x2, n2), wilson(x1, n1));
    expect(found.low).toBeCloseTo(low, 3);
    expect(found.high).toBeCloseTo(high, 3);
  });

  test.prop([fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 6, maxLength: 6 })])(
    'turns around with its arguments, and holds the difference',
    (numbers) => {
      const interval = (i: number) => {
        const [low, value, high] = numbers.slice(i, i + 3).sort((x, y) => x - y);
        return { value: value!, low: low!, high: high! };
      };
      const there = independentDifference(interval(0), interval(3));
      const back = independentDifference(interval(3), interval(0));
      expect(there.low).toBeCloseTo(-back.high, 12);
      expect(there.low).toBeLessThanOrEqual(there.value);
      expect(there.high).toBeGreaterThanOrEqual(there.value);
    },
  );
});

describe('compareRuns', () => {
  test('pairs what both runs answered, with a narrower interval than without', () => {
    const paired = compareRuns({ label: 'a', report: before }, { label: 'b', report: better });
    expect(paired.pairing).toMatchObject({
      items: 400,
      sentence: expect.stringContaining('the same 400 items') as string,
    });
    const change = accuracyOf(paired);
    expect(change).toMatchObject({ basis: 'paired', verdict: 'better' });
    expect(paired.sentence).toMatch(
      /^The student’s accuracy rose by \d+\.\d points .* from a to b\.$/u,
    );

    const { predictions: _, ...bare } = better;
    const alone = compareRuns({ label: 'a', report: before }, { label: 'b', report: bare });
    expect(alone.pairing).toEqual({
      items: 0,
      sentence:
        'The second run did not store its answers item by item, so the runs cannot be paired: intervals are of independent runs, and wider for it.',
    });
    const wide = accuracyOf(alone);
    expect(wide.basis).toBe('independent');
    const width = ({ difference }: typeof wide): number =>
      typeof difference === 'object' ? difference.high - difference.low : NaN;
    expect(width(change)).toBeLessThan(width(wide));
    expect(alone.items).toBeUndefined();
  });

  test('counts what became of each item, and the counts give the difference', () => {
    const { items, systems } = compareRuns(
      { label: 'a', report: one(before) },
      { label: 'b', report: one(better) },
    );
    const { both, onlyA, onlyB, neither } = items!;
    expect(both + onlyA + onlyB + neither).toBe(400);
    const change = systems.find(({ role }) => role === 'student')!.measures[0]!;
    expect(change.difference).toMatchObject({
      value: expect.closeTo((onlyB - onlyA) / 400, 10) as number,
    });
  });

  test('says that the student fell, and by how much', () => {
    const { sentence } = compareRuns(
      { label: 'a', report: better },
      { label: 'b', report: before },
    );
    expect(sentence).toMatch(
      /^The student’s accuracy fell by \d+\.\d points \(\d+\.\d to \d+\.\d\)/u,
    );
  });

  test('shows no difference of a run with itself', () => {
    const same = compareRuns({ label: 'a', report: before }, { label: 'b', report: before });
    expect(accuracyOf(same)).toMatchObject({
      difference: { value: 0, low: 0, high: 0 },
      verdict: 'level',
      p: 1,
    });
    expect(same.settings).toEqual([]);
    expect(same.items).toMatchObject({ onlyA: 0, onlyB: 0 });
  });

  test('pairs on the common items alone, and says so', () => {
    const later = spamReport({ from: 100 });
    const { pairing } = compareRuns({ label: 'a', report: before }, { label: 'b', report: later });
    expect(pairing.items).toBe(300);
    expect(pairing.sentence).toContain('the 300 items that both runs answered');
    const elsewhere = compareRuns(
      { label: 'a', report: before },
      { label: 'b', report: spamReport({ from: 400 }) },
    );
    expect(elsewhere.pairing.sentence).toContain('tested on different items');
    const nearly = compareRuns(
      { label: 'a', report: before },
      { label: 'b', report: spamReport({ from: 399 }) },
    );
    expect(nearly.pairing).toMatchObject({
      items: 0,
      sentence: expect.stringMatching(/^The runs have a single item in common/u) as string,
    });
  });

  test('leaves out items whose label changed', () => {
    const { predictions } = before;
    const labels = predictions!.labels.map((label, i) => (i < 10 ? 1 - label : label));
    const relabelled = { ...before, predictions: { ...predictions!, labels } };
    const { pairing } = compareRuns(
      { label: 'a', report: before },
      { label: 'b', report: relabelled },
    );
    expect(pairing.items).toBe(390);
    expect(pairing.sentence).toContain('10 more have another label in each, and are left out.');
  });

  test('pairs the same classes in another order', () => {
    const { predictions, dataset } = before;
    const turned = {
      ...before,
      dataset: { ...dataset, classes: dataset.classes.toReversed() },
      predictions: {
        ...predictions!,
        labels: predictions!.labels.map((label) => 1 - label),
        systems: predictions!.systems.map(({ name, answers }) => ({
          name,
          answers: answers.map((run) => run.map((answer) => 1 - answer)),
        })),
      },
    };
    const comparison = compareRuns({ label: 'a', report: before }, { label: 'b', report: turned });
    expect(accuracyOf(comparison)).toMatchObject({ basis: 'paired', difference: { value: 0 } });
    // F1 by class needs the classes at the same places.
    const f1 = studentOf(comparison).measures.find(({ measure }) => measure === 'macroF1');
    expect(f1?.basis).toBeUndefined();
  });

  test('resamples groups where the items have them', () => {
    const { predictions } = before;
    const grouped = (report: RunReport): RunReport => ({
      ...report,
      predictions: {
        ...report.predictions!,
        groups: predictions!.labels.map((_, i) => Math.floor(i / 40)),
      },
    });
    const width = (a: RunReport, b: RunReport): number => {
      const { difference } = accuracyOf(
        compareRuns({ label: 'a', report: a }, { label: 'b', report: b }),
      );
      return typeof difference === 'object' ? difference.high - difference.low : NaN;
    };
    expect(width(grouped(before), grouped(better))).not.toBe(width(before, better));
  });

  test('lists what was different, config first', () => {
    const { settings } = compareRuns(
      { label: 'a', report: before, config: { epochs: 3, model: { width: 48 } } },
      {
        label: 'b',
        report: { ...before, seeds: [3] },
        config: { epochs: 4, model: { width: 48 }, note: 'x' },
      },
    );
    expect(settings).toEqual([
      { setting: 'config.epochs', a: '3', b: '4' },
      { setting: 'config.note', b: 'x' },
      { setting: 'seeds', a: '1, 2', b: '3' },
    ]);
  });

  test('compares runs that have nothing in common but the format', () => {
    const strange: RunReport = {
      ...smallestReport(),
      systems: [{ ...smallestReport().systems[0]!, name: 'rules', role: 'baseline' }],
    };
    const comparison = compareRuns({ label: 'a', report: before }, { label: 'b', report: strange });
    expect(comparison.systems.every(({ measures }) => measures.length === 0)).toBe(true);
    expect(comparison.sentence).toBe('a and b have no student in common.');
    expect(comparisonText(comparison)).toContain('The runs have no system in common.');
  });

  test('refuses two runs of one name, and what is no report', () => {
    expect(() => compareRuns({ report: before }, { report: better })).toThrow(
      expect.objectContaining({ code: 'duplicate-name' }),
    );
    expect(() => compareRuns({ label: 'a', report: {} as RunReport }, { report: before })).toThrow(
      expect.objectContaining({ code: 'invalid-data' }),
    );
  });
});

test('matchSystems pairs by name, then by a part that is played once', () => {
  const system = before.systems[0]!;
  const run = (systems: [string, (typeof system)['role']][]): RunReport => ({
    ...before,
    systems: systems.map(([name, role]) => ({ ...system, name, role })),
  });
  const pairs = matchSystems(
    run([
      ['old student', 'student'],
      ['bayes', 'baseline'],
      ['rules', 'baseline'],
    ]),
    run([
      ['rules', 'baseline'],
      ['new student', 'student'],
      ['trees', 'baseline'],
    ]),
  );
  expect(pairs.map(({ a, b }) => [a?.name, b?.name])).toEqual([
    ['old student', 'new student'],
    ['bayes', undefined],
    ['rules', 'rules'],
    [undefined, 'trees'],
  ]);
});

describe('comparisonText', () => {
  test('says for a terminal what the page says', () => {
    const text = comparisonText(
      compareRuns(
        { label: 'mails-1', report: before, config: { epochs: 3 } },
        { label: 'mails-2', report: better, config: { epochs: 4 } },
      ),
    );
    expect(text).toMatch(/^The student’s accuracy rose by/u);
    expect(text).toMatch(/config\.epochs +3 +4/u);
    expect(text).toMatch(
      /conv student +accuracy +\d\d\.\d% +\d\d\.\d% +\d\.\d +\d\.\d to \d\.\d, paired/u,
    );
    expect(text).toMatch(/ +size +212 kB +212 kB +0 B$/mu);
    expect(text).toMatch(/length (?:short|long) +\d/u);
  });
});

test('renderComparison without charts holds the same tables and no picture', async () => {
  const comparison = compareRuns({ label: 'a', report: before }, { label: '<b>', report: better });
  const page = await renderComparison(comparison, { charts: false });
  expect(page).not.toContain('<svg');
  expect(page).not.toContain('<b>:');
  expect(page).toContain('&lt;b&gt;');
  expect(page).toContain('Both runs answered the same 400 items');
  expect(page).not.toContain('NaN');
  expect(page).not.toContain('undefined');
});

test('renderComparison says in words that no slice changed', async () => {
  const comparison = compareRuns({ label: 'a', report: before }, { label: 'b', report: before });
  const page = await renderComparison(comparison, { charts: false });
  expect(page.replaceAll(/\s+/gu, ' ')).toMatch(
    /> None of \d+ slices have an interval that excludes 0\./u,
  );
});

/** The report with its first seed alone. */
function one(report: RunReport): RunReport {
  const { predictions } = report;
  const systems = predictions!.systems.map(({ name, answers }) => ({
    name,
    answers: [answers[0]!],
  }));
  return { ...report, predictions: { ...predictions!, systems } };
}
