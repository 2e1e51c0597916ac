import path from 'node:path';
import { LimbeckError } from '@limbeck/core';
import { readRun } from '@limbeck/pipeline/node';
import { type ComparedRun, compareRuns, comparisonText, renderComparison } from '@limbeck/report';
import type { CommandIo } from '../io.js';
import { writeWhole } from '../onnx/write-file.js';
import { withCharts } from '../../with-charts.js';
import { readReport } from './read-report.js';

/** Options of {@link compareReports}. */
export interface CompareCommand {
  /** The folders of the two runs, the earlier one first. */
  readonly runs: readonly (string | undefined)[];
  /** Where the page goes. @defaultValue `compared-with-<first>.html` in the second run's folder */
  readonly out?: string | undefined;
  /** Prints the comparison as JSON in place of text. @defaultValue false */
  readonly json?: boolean | undefined;
}

/**
 * Compares two runs: prints what changed and writes a page. Any folder with a `report.json` counts as a run; its
 * `run.json`, where there is one, tells the config.
 *
 * @throws LimbeckError `invalid-option` without two folders; `data-missing` for a folder without a report
 */
export async function compareReports(io: CommandIo, given: CompareCommand): Promise<void> {
  const folders = given.runs.filter((run) => run !== undefined);
  if (folders.length !== 2) {
    throw new LimbeckError('invalid-option', {
      where: 'limbeck report --compare',
      given: folders.length === 1 ? `one run, ${folders[0]!}` : 'no run',
      expected: 'two runs, the earlier one first',
      next: 'Write limbeck report --compare .limbeck/runs/first .limbeck/runs/second.',
    });
  }
  const labels = tellApart(folders.map((folder) => path.resolve(io.cwd, folder)));
  const [a, b] = await Promise.all(
    folders.map((folder, i) => comparedRun(io.cwd, folder, labels[i]!)),
  );
  const comparison = compareRuns(a!, b!);
  const page = path.resolve(
    io.cwd,
    given.out ?? path.join(folders[1]!, `compared-with-${path.basename(labels[0])}.html`),
  );
  const html = await withCharts(
    (line) => io.err(line),
    (charts) => renderComparison(comparison, { charts }),
  );
  await writeWhole('limbeck report --compare', page, html);
  const shown = path.relative(io.cwd, page);
  if (given.json === true) io.out(JSON.stringify({ ...comparison, page: shown }, null, 2));
  else io.out(`${comparisonText(comparison)}\n\n${shown}`);
}

async function comparedRun(cwd: string, given: string, label: string): Promise<ComparedRun> {
  const folder = path.resolve(cwd, given);
  const report = await readReport(folder);
  if (report === undefined) {
    throw new LimbeckError('data-missing', {
      where: 'limbeck report --compare',
      given: `${given} without a report.json`,
      expected: 'the folder of a run that has written its report',
      next: 'Check the path, or run the pipeline to its end.',
    });
  }
  const record = await readRun(folder);
  return { label, report, ...(record === undefined ? {} : { config: record.config }) };
}

/** The shortest ends of two paths that differ, such as `mails-1f2e` and `mails-77aa`. */
function tellApart([first = '', second = '']: readonly string[]): readonly [string, string] {
  const [a, b] = [first, second].map((folder) => folder.split(path.sep)) as [string[], string[]];
  for (let parts = 1; parts <= Math.max(a.length, b.length); parts += 1) {
    const [x, y] = [a.slice(-parts).join('/'), b.slice(-parts).join('/')];
    if (x !== y) return [x, y];
  }
  return [first, second];
}
