import { existsSync } from 'node:fs';
import path from 'node:path';
import { LimbeckError } from '@limbeck/core';
import type { SystemReport } from '@limbeck/evaluators';
import { formatStages } from '@limbeck/pipeline';
import { renderReport } from '@limbeck/report';
import type { CommandIo } from '../io.js';
import { latestWith } from '../latest-with.js';
import { writeWhole } from '../onnx/write-file.js';
import { formatTable, percent } from '../tables.js';
import { withCharts } from '../../with-charts.js';
import { compareReports } from './compare-reports.js';
import { readReport } from './read-report.js';
import { findRun } from './resume.js';

/** Options of {@link report}. */
export interface ReportCommand {
  /** The run's folder or name; the latest with a report if left out. */
  readonly run?: string | undefined;
  /** The folder that holds the runs. @defaultValue `.limbeck/runs` */
  readonly root?: string | undefined;
  /** Compares `run` with `other` in place of reporting on one run. @defaultValue false */
  readonly compare?: boolean | undefined;
  /** The second run of a comparison. */
  readonly other?: string | undefined;
  /** Where the page of a comparison goes. */
  readonly out?: string | undefined;
  /** Prints JSON in place of text. @defaultValue false */
  readonly json?: boolean | undefined;
}

/** Says what a run came to, and writes its report page again if it has a `report.json`; or compares two runs. */
export async function report(io: CommandIo, given: ReportCommand): Promise<void> {
  if (given.compare === true) {
    await compareReports(io, { runs: [given.run, given.other], out: given.out, json: given.json });
    return;
  }
  if (given.other !== undefined) {
    throw new LimbeckError('invalid-option', {
      where: 'limbeck report',
      given: `${JSON.stringify(given.other)}, one argument too many`,
      expected: 'one run',
      next: 'Add --compare to compare two runs.',
    });
  }
  if (given.out !== undefined) {
    throw new LimbeckError('invalid-option', {
      where: 'limbeck report',
      given: '--out without --compare',
      expected: 'no --out: the page of a run is its report.html',
      next: 'Leave --out out, or add --compare and a second run.',
    });
  }
  const latest =
    given.run === undefined
      ? await latestWith(io, given.root, 'report', async (run) =>
          existsSync(path.join(run.folder, 'report.json')),
        )
      : undefined;
  const { folder, record } = latest ?? (await findRun(io, given));
  if (given.json === true) {
    const found = await readReport(folder);
    const shown = path.relative(io.cwd, folder);
    io.out(JSON.stringify({ folder: shown, run: record, report: found }, null, 2));
    return;
  }
  const { cpu, cores, node } = record.machine;
  io.out(
    `${record.name}: ${record.state}, started ${record.startedAt} on ${cpu}, ${cores} cores, Node ${node}`,
  );
  if (record.table !== undefined) io.out(formatStages(record.table));
  const found = await readReport(folder);
  if (found === undefined) {
    io.out('This run has published no report.json.');
    return;
  }
  if (found.headline !== undefined) io.out(found.headline);
  io.out(formatSystems(found.systems));
  const page = path.join(folder, 'report.html');
  const html = await withCharts(
    (line) => io.err(line),
    (charts) => renderReport(found, { charts }),
  );
  await writeWhole('limbeck report', page, html);
  io.out(path.relative(io.cwd, page));
}

function formatSystems(systems: readonly SystemReport[]): string {
  return formatTable(
    ['system', 'accuracy', 'ECE', 'p50 ms', 'kB'],
    systems.map(({ name, accuracy, ece, latencyMs, sizeBytes }) => [
      name,
      percent(accuracy.value),
      ece === undefined ? '' : ece.toFixed(3),
      latencyMs === undefined ? '' : latencyMs.p50.toFixed(2),
      sizeBytes === undefined ? '' : (sizeBytes / 1000).toFixed(0),
    ]),
  );
}
