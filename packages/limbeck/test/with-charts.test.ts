import { LimbeckError } from '@limbeck/core';
import { expect, test } from 'vitest';
import { withCharts } from '../src/with-charts.js';

const refuse = (code: 'missing-dependency' | 'io-failed') => async (charts: boolean) => {
  if (!charts) return 'tables';
  throw new LimbeckError(code, {
    where: 'x',
    given: 'x',
    expected: 'x',
    next: 'Pass charts: false.',
  });
};

test('makes the page without charts where they cannot be drawn, and says so', async () => {
  const said: string[] = [];
  const warn = (line: string): void => void said.push(line);
  expect(await withCharts(warn, async (charts) => (charts ? 'charts' : 'tables'))).toBe('charts');
  expect(said).toEqual([]);
  expect(await withCharts(warn, refuse('missing-dependency'))).toBe('tables');
  expect(said).toEqual([
    expect.stringMatching(
      /no charts.*npm install vega vega-lite: limbeck report then writes it again/,
    ),
  ]);
  // What an option of the function would do is no help to whoever typed a command.
  expect(said[0]).not.toContain('charts: false');
  await expect(withCharts(warn, refuse('io-failed'))).rejects.toMatchObject({ code: 'io-failed' });
});
