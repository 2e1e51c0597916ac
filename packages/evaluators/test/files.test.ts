import {
  type ExperimentResult,
  experimentResultJson,
  parseExperimentResult,
  parseRunReport,
  type RunReport,
  runReportJson,
} from '@limbeck/evaluators';
import { describe, expect, test } from 'vitest';
import experiment from './fixtures/experiment-v1.json' with { type: 'json' };
import report from './fixtures/report-v1.json' with { type: 'json' };

/** A copy with one field changed, or removed where the value is `undefined`. */
function changed(value: unknown, path: readonly (string | number)[], to: unknown): unknown {
  const copy = structuredClone(value);
  let at = copy as { [key: string | number]: unknown };
  for (const key of path.slice(0, -1)) at = at[key] as { [key: string | number]: unknown };
  at[path.at(-1)!] = to;
  return copy;
}

describe('parseRunReport', () => {
  test('reads a file of format 1, and writes it the same', () => {
    expect(parseRunReport(report)).toEqual(report);
    expect(JSON.parse(runReportJson(parseRunReport(report)))).toEqual(report);
  });

  test('keeps fields that it does not know', () => {
    expect(parseRunReport(changed(report, ['later'], 1))).toHaveProperty('later', 1);
    expect(parseRunReport(changed(report, ['systems', 0, 'later'], 1)).systems[0]).toHaveProperty(
      'later',
      1,
    );
  });

  test('refuses a later format, before it looks at anything else', () => {
    expect(() => parseRunReport({ formatVersion: 2 })).toThrow(
      expect.objectContaining({
        code: 'format-too-new',
        given: 'formatVersion 2',
        next: expect.stringContaining('Update') as string,
      }),
    );
  });

  test.each([
    ['nothing', [], undefined],
    ['a list', [], []],
    ['no version', ['formatVersion'], undefined],
    ['version 0', ['formatVersion'], 0],
    ['a number as text', ['systems', 0, 'n'], '4'],
    ['half an item', ['systems', 0, 'n'], 0.5],
    ['percent', ['systems', 0, 'accuracy', 'value'], 82],
    ['NaN', ['systems', 0, 'nll'], NaN],
    ['an unknown role', ['systems', 0, 'role'], 'champion'],
    ['a missing interval', ['slices', 0, 'accuracy'], undefined],
    ['a class as number', ['dataset', 'classes', 1], 1],
    ['p above 1', ['comparisons', 0, 'p'], 2],
    ['a factor as number', ['comparisons', 0, 'factors'], { n: 1 }],
    ['no text', ['mistakes', 0, 'text'], undefined],
    ['an unknown canary', ['student', 'canary'], 'asleep'],
    ['a negative second', ['stages', 0, 'seconds'], -1],
    ['null for a field', ['teacher'], null],
  ])('refuses %s and says where', (_name, path, value) => {
    const broken = path.length === 0 ? value : changed(report, path, value);
    const named = path.map((key) => (typeof key === 'number' ? `[${key}]` : `.${key}`)).join('');
    expect(() => parseRunReport(broken)).toThrow(
      expect.objectContaining({
        code: 'invalid-data',
        given: expect.stringContaining(`as report${named}`) as string,
      }),
    );
  });

  test('does not write what it would not read', () => {
    const broken = changed(report, ['systems', 0, 'ece'], Infinity) as RunReport;
    expect(() => runReportJson(broken)).toThrow(expect.objectContaining({ code: 'invalid-data' }));
  });

  test('has a reader of each field, by type', () => {
    // @ts-expect-error: a report needs its data set.
    const incomplete: RunReport = { formatVersion: 1, name: 'x' };
    expect(() => parseRunReport(incomplete)).toThrow(/report\.finishedAt/u);
  });
});

describe('parseExperimentResult', () => {
  test('reads a file of format 1, and writes it the same', () => {
    expect(parseExperimentResult(experiment)).toEqual(experiment);
    const text = experimentResultJson(experiment as ExperimentResult);
    expect(JSON.parse(text)).toEqual(experiment);
    expect(text.endsWith('}\n')).toBe(true);
  });

  test('refuses a later format', () => {
    expect(() => parseExperimentResult({ ...experiment, formatVersion: 9 })).toThrow(
      expect.objectContaining({ code: 'format-too-new' }),
    );
  });

  test.each([
    ['a value alone where a list is due', ['systems', 0, 'values', 'accuracy'], 0.5],
    ['an unclaimed result', ['reproduced'], 'yes'],
    ['a metric without direction', ['metrics', 'accuracy'], {}],
    ['no machine', ['machine'], undefined],
    ['half a core', ['machine', 'cores'], 0.5],
  ])('refuses %s', (_name, path, value) => {
    expect(() => parseExperimentResult(changed(experiment, path, value))).toThrow(
      expect.objectContaining({ code: 'invalid-data' }),
    );
  });
});
