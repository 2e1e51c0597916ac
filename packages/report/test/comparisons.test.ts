import type { Comparison, RunReport } from '@limbeck/evaluators';
import { renderReport } from '@limbeck/report';
import { describe, expect, test } from 'vitest';
import { comparisonTables } from '../src/sections/comparisons.js';
import { simulatedReport } from './fixture.js';

const clear: Comparison = {
  metric: 'accuracy',
  better: 'student',
  worse: 'few labels',
  difference: 0.1,
  low: 0.05,
  high: 0.16,
  p: 0.0004,
};
const lost: Comparison = {
  ...clear,
  worse: 'all labels',
  difference: -0.17,
  low: -0.26,
  high: -0.09,
  p: 0.0123,
};
const level: Comparison = {
  ...clear,
  worse: 'peer',
  factors: { languages: 'known to the peer' },
  difference: -0.03,
  low: -0.09,
  high: 0,
  p: 0.135,
};

const markup = (...all: readonly Comparison[]): string => comparisonTables(all)?.markup ?? '';
/** Rows of the tables, tags left out. */
const rowsOf = (page: string): { readonly kind: string; readonly text: string }[] =>
  [...page.matchAll(/<tr class="(better|worse|level)"[^>]*>(.*?)<\/tr>/gsu)].map(
    ([, kind, cells]) => ({
      kind: kind!,
      text: cells!
        .replaceAll(/<[^>]+>/gu, ' ')
        .replaceAll(/\s+/gu, ' ')
        .trim(),
    }),
  );
const places = (page: string): number[][] =>
  [...page.matchAll(/--low:(.*?)%;--value:(.*?)%;--high:(.*?)%/gu)].map((found) =>
    found.slice(1).map(Number),
  );

describe('comparisonTables', () => {
  test('has a row each: names, verdict, difference in points, interval and p', () => {
    expect(rowsOf(markup(clear, lost, level))).toEqual([
      { kind: 'better', text: 'student against few labels better +10.0 5.0 to 16.0 &lt; 0.001' },
      { kind: 'worse', text: 'student against all labels worse −17.0 −26.0 to −9.0 0.012' },
      {
        kind: 'level',
        text: 'student against peer languages: known to the peer no difference shown −3.0 −9.0 to 0.0 0.14',
      },
    ]);
  });

  test('draws every interval on one axis, 0 where the line stands', () => {
    // From −0.26 to 0.16 in steps of 10 points: −30 to 20, so that 0 stands at 60%.
    const page = markup(clear, lost, level);
    expect(page).toContain('style="--zero:60.00%"');
    expect(page).toContain('>−30</span>');
    expect(page).toContain('>20</span>');
    expect(places(page)).toEqual([
      [70, 80, 92],
      [8, 26, 42],
      [42, 54, 60],
    ]);
  });

  test('calls no difference shown where the interval holds 0, on either side', () => {
    const kinds = rowsOf(markup({ ...level, difference: 0.02, low: -0.01, high: 0.06 }, level));
    expect(kinds.map(({ kind }) => kind)).toEqual(['level', 'level']);
  });

  test('keeps 0 inside the axis where all are on one side, and where nothing differs', () => {
    const same = { ...clear, difference: 0, low: 0, high: 0, p: 1 };
    for (const one of [clear, lost, same]) {
      const page = markup(one);
      const zero = Number(/--zero:([\d.]+)%/u.exec(page)![1]);
      expect(zero).toBeGreaterThan(0);
      expect(zero).toBeLessThan(100);
      for (const place of places(page).flat()) {
        expect(place).toBeGreaterThanOrEqual(0);
        expect(place).toBeLessThanOrEqual(100);
      }
    }
    expect(rowsOf(markup(same))[0]!.text).toContain('no difference shown 0.0 0.0 to 0.0 1.00');
  });

  test('leaves out the number of an end that would run into the 0', () => {
    const ends = (page: string): string[] =>
      [...page.matchAll(/--at:[^"]*"\s*>([^<]*)</gu)].map(([, shown]) => shown!);
    const far = { ...clear, difference: 0.66, low: 0.59, high: 0.74 };
    expect(ends(markup(far, { ...level, low: -0.02 }))).toEqual(['0', '80']);
    expect(ends(markup(clear, lost))).toHaveLength(3);
  });

  test('gives each metric an axis of its own, in its own unit', () => {
    const nats = { ...clear, metric: 'nll', difference: 0.5, low: 0.25, high: 1.5 };
    const page = markup(clear, nats);
    expect(page.match(/<table/gu)).toHaveLength(2);
    expect(page).toContain('Paired comparisons of nll');
    expect(rowsOf(page)[1]!.text).toContain('+0.500 0.250 to 1.500');
  });

  test('keeps the sentences for quoting, and is absent without comparisons', () => {
    const page = markup(clear, level);
    expect(page).toMatch(
      /<details>.*In accuracy, student is 10\.0 points better than few labels.*<\/details>/su,
    );
    expect(page).toContain('title="In accuracy, student is 10.0 points better');
    expect(comparisonTables([])).toBeUndefined();
  });
});

describe('notes on the systems', () => {
  const report = simulatedReport();

  test('say how latency was measured, where it was', async () => {
    const said = 'The systems take turns on the same items';
    const squeezed = (page: string): string => page.replaceAll(/\s+/gu, ' ');
    expect(squeezed(await renderReport(report, { charts: false }))).toContain(said);
    const systems = report.systems.map(({ name, role, accuracy, n }) => ({
      name,
      role,
      accuracy,
      n,
    }));
    const untimed: RunReport = { ...report, systems };
    expect(squeezed(await renderReport(untimed, { charts: false }))).not.toContain(said);
  });

  test('say once what several systems share', async () => {
    const note = 'It reads the same features.';
    const systems = report.systems.map((system) => ({ ...system, note }));
    const page = await renderReport({ ...report, systems }, { charts: false });
    expect(page.split(note)).toHaveLength(2);
  });
});
