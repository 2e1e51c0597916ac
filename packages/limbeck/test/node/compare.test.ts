import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import type { RunReport } from '@limbeck/evaluators';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { limbeck } from './terminal.js';

const fixture = fileURLToPath(new URL('fixtures/report.json', import.meta.url));
let root = '';
beforeEach(() => {
  root = mkdtempSync(`${os.tmpdir()}/limbeck-compare-`);
  for (const name of ['old', 'new']) {
    mkdirSync(path.join(root, name));
    cpSync(fixture, path.join(root, name, 'report.json'));
  }
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

/** Changes the report of a run. */
function change(run: string, made: (report: RunReport) => object): void {
  const file = path.join(root, run, 'report.json');
  const report = JSON.parse(readFileSync(file, 'utf8')) as RunReport;
  writeFileSync(file, JSON.stringify({ ...report, ...made(report) }));
}

describe('limbeck report --compare', () => {
  test('prints what changed, says that the runs cannot be paired, and writes a page', async () => {
    change('new', ({ systems }) => ({
      seeds: [9],
      systems: systems.map((one) => ({ ...one, accuracy: { value: 0.9, low: 0.88, high: 0.92 } })),
    }));
    const { code, out, err } = await limbeck(root, 'report', '--compare', 'old', 'new');
    expect([code, err]).toEqual([0, '']);
    expect(out).toMatch(/^The student’s accuracy rose by 8\.8 points .* from old to new\.$/mu);
    expect(out).toContain('so the runs cannot be paired');
    expect(out).toMatch(/^seeds +\S+ +9$/mu);
    expect(out).toMatch(/^student +accuracy +81\.2% +90\.0% +8\.8 +.*independent$/mu);
    expect(out.endsWith(path.join('new', 'compared-with-old.html'))).toBe(true);
    const page = readFileSync(path.join(root, 'new/compared-with-old.html'), 'utf8');
    expect(page).toContain('Two runs compared');
  });

  test('reads the config of each run, and prints JSON for programs', async () => {
    for (const [name, epochs] of [
      ['old', 3],
      ['new', 4],
    ] as const) {
      writeFileSync(
        path.join(root, name, 'run.json'),
        JSON.stringify({ formatVersion: 1, name, config: { epochs } }),
      );
    }
    const { out } = await limbeck(
      root,
      'report',
      '--compare',
      'old',
      'new',
      '--json',
      '--out',
      'x.html',
    );
    expect(JSON.parse(out)).toMatchObject({
      page: 'x.html',
      settings: [{ setting: 'config.epochs', a: '3', b: '4' }],
      pairing: { items: 0 },
    });
    expect(readFileSync(path.join(root, 'x.html'), 'utf8')).toContain('config.epochs');
  });

  test('tells two folders of one name apart', async () => {
    for (const name of ['a', 'b'])
      cpSync(path.join(root, 'old'), path.join(root, name, 'run'), { recursive: true });
    const { out } = await limbeck(root, 'report', '--compare', 'a/run', 'b/run');
    expect(out).toContain('from a/run to b/run');
  });

  test.each([
    [['--compare'], 2, '[invalid-option]'],
    [['--compare', 'old'], 2, 'one run, old'],
    [['old', 'new'], 2, 'Add --compare'],
    [['--compare', 'old', 'nowhere'], 1, '[data-missing]'],
    [['--compare', 'old', 'old'], 1, '[duplicate-name]'],
    [['--compare', 'old', 'new', '--out', 'old'], 1, '[io-failed]'],
  ])('%j ends with status %i and %s', async (args, code, said) => {
    const result = await limbeck(root, 'report', ...args);
    expect(result.code).toBe(code);
    expect(result.err).toContain(said);
  });
});
