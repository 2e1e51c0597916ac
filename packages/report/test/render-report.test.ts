import type { RunReport } from '@limbeck/evaluators';
import { renderReport } from '@limbeck/report';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { simulatedReport, smallestReport } from './fixture.js';

afterEach(() => {
  vi.doUnmock('vega');
  vi.resetModules();
});

describe('renderReport', () => {
  test('is the same page each time', async () => {
    const report = simulatedReport();
    expect(await renderReport(report)).toBe(await renderReport(report));
  });

  test('escapes every text of the report', async () => {
    const evil = `<img src=x onerror=alert(1)>"'&`;
    const report = simulatedReport();
    const poisoned = JSON.parse(
      JSON.stringify(report, (key, value: unknown) =>
        typeof value === 'string' && !['role', 'finishedAt', 'canary'].includes(key) ? evil : value,
      ),
    ) as RunReport;
    const page = await renderReport(poisoned);
    expect(page).not.toContain('<img');
    expect(page).toContain('&lt;img src=x onerror=alert(1)&gt;&quot;&#39;&amp;');
  });

  test('loads nothing: no address, no script, and a policy that forbids both', async () => {
    const page = await renderReport(simulatedReport());
    expect(page).not.toMatch(/\b(?:src|href)="(?!#)/u);
    expect(page).not.toMatch(/@import|url\((?!#)/u);
    expect(page).not.toContain('<script');
    expect(page).toContain(
      `content="default-src &#39;none&#39;; style-src &#39;unsafe-inline&#39;`,
    );
  });

  test('says in words what its charts show', async () => {
    const page = await renderReport(simulatedReport());
    expect(page).toMatch(
      /<desc id="accuracy-size-description">.*VS Code’s model: \d\d\.\d% at 1\.93 MB/u,
    );
    expect(page).toMatch(/<desc id="confusion-1-description">.*Most often taken for each other/u);
    expect(page).toMatch(
      /<desc id="label-efficiency-description">486 labels and a teacher did the work/u,
    );
  });

  test('has no chart on request, and all tables', async () => {
    const page = await renderReport(simulatedReport(), { charts: false });
    expect(page).not.toContain('<svg');
    expect(page).toContain('Accuracy by language');
    expect(page).toContain('Stages of the run');
  });

  test('shows abstentions apart and leaves out what was not measured', async () => {
    const page = await renderReport(simulatedReport(), { charts: false });
    expect(page).toContain('52 abstained');
    const small = await renderReport(smallestReport(), { charts: false });
    expect(small).not.toContain('abstained');
    expect(small).not.toContain('NaN');
    expect(small).not.toContain('undefined');
  });

  test('holds at the edges: one class, equal systems, accuracies of 0 and 1, empty lists', async () => {
    const base = simulatedReport();
    const edge: RunReport = {
      ...base,
      systems: [0, 1].map((value) => ({
        name: `always ${value}`,
        role: value === 0 ? ('student' as const) : ('peer' as const),
        accuracy: { value, low: value, high: value },
        latencyMs: { p50: 1, p95: 1 },
        sizeBytes: 1000,
        n: 1,
      })),
      slices: [],
      stages: [],
      curves: [{ system: 'one point', points: [{ step: 0, values: { loss: 1 } }] }],
      confusion: [{ system: 'one class', classes: ['a'], counts: [[0]] }],
      reliability: [{ system: 'empty', ece: 0, bins: [] }],
      mistakes: [],
      labelMapping: [],
    };
    const free = {
      ...edge.systems[0]!,
      name: 'weighs nothing',
      sizeBytes: 0,
      latencyMs: { p50: 5e-324, p95: 1 },
    };
    const none: RunReport = { ...edge, systems: [] };
    for (const report of [edge, { ...edge, systems: [...edge.systems, free] }, none]) {
      const page = await renderReport(report);
      expect(page).not.toContain('NaN');
      expect(page).not.toContain('Infinity');
      // A size of 0 has no place on a logarithmic axis.
      expect(page).not.toMatch(/<desc id="accuracy-size-description">[^<]*weighs nothing/u);
    }
  });

  test('holds of a part without a name', async () => {
    const labels = [{ label: 'a', rows: 3, splits: { '': 3 } }];
    const slices = smallestReport().systems.map(({ name, accuracy }) => ({
      by: '',
      value: '',
      system: name,
      accuracy,
      n: 3,
    }));
    const base = smallestReport();
    const dataset = { ...base.dataset, splits: [{ name: '', rows: 3 }] };
    const report = { ...base, dataset, slices, data: { records: 3, labels } };
    await expect(renderReport(report, { charts: false })).resolves.toContain('Rows by class');
  });

  test('says what to install where the chart libraries are missing', async () => {
    vi.doMock('vega', () => {
      throw new Error('Cannot find package');
    });
    vi.resetModules();
    const { renderReport: fresh } = await import('@limbeck/report');
    await expect(fresh(smallestReport())).rejects.toMatchObject({
      code: 'missing-dependency',
      next: expect.stringContaining('npm install vega vega-lite') as string,
    });
    await expect(fresh(smallestReport(), { charts: false })).resolves.toContain('<h1');
  });

  test('refuses what is no report', async () => {
    await expect(renderReport({} as RunReport)).rejects.toMatchObject({ code: 'invalid-data' });
    const later = { ...smallestReport(), formatVersion: 2 } as unknown as RunReport;
    await expect(renderReport(later)).rejects.toMatchObject({ code: 'format-too-new' });
  });
});
