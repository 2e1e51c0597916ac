import { readdir, readFile } from 'node:fs/promises';
import { parseRunReport } from '@limbeck/evaluators';
import { describe, expect, test } from 'vitest';
import { withResults } from '../src/record.js';

const folder = new URL('../results/', import.meta.url);
const names = (await readdir(folder)).filter((name) => name.endsWith('.json'));

test('the README’s results are those of the recorded files', async () => {
  const readme = await readFile(new URL('../README.md', import.meta.url), 'utf8');
  expect(await withResults(readme)).toBe(readme);
});

describe.each(names)('%s', (name) => {
  test('holds teacher, student, controls, floor and peers on the same texts, and no texts of others', async () => {
    const text = await readFile(new URL(name, folder), 'utf8');
    const report = parseRunReport(JSON.parse(text));
    const roles = new Set(report.systems.map(({ role }) => role));
    for (const role of ['teacher', 'student', 'student-all-labels', 'shuffled-teacher', 'peer']) {
      expect(roles).toContain(role);
    }
    expect(new Set(report.systems.map(({ n }) => n)).size).toBe(1);
    expect(report.mistakes).toBeUndefined();
    expect(report.labelErrors).toBeUndefined();
  });
});
