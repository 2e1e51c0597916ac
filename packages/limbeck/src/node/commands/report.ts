import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { LimbeckError } from '@limbeck/core';
import { parseRunReport, type RunReport, type SystemReport } from '@limbeck/evaluators';
import { formatStages } from '@limbeck/pipeline';
import { renderReport } from '@limbeck/report';
import type { CommandIo } from '../io.js';
import { findRun } from './resume.js';

/** Says what a run came to, and writes its report page again if it has a `report.json`. */
export async function report(
  io: CommandIo,
  given: { readonly run?: string | undefined; readonly root?: string | undefined },
): Promise<void> {
  const { folder, record } = await findRun(io, given);
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
  await writeFile(page, await renderReport(found));
  io.out(path.relative(io.cwd, page));
}

async function readReport(folder: string): Promise<RunReport | undefined> {
  let text: string;
  try {
    text = await readFile(path.join(folder, 'report.json'), 'utf8');
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw new LimbeckError('io-failed', {
      where: 'limbeck report',
      given: 'a report.json that cannot be read',
      expected: 'a file',
      next: 'Check the permissions of the run folder.',
      cause,
    });
  }
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw new LimbeckError('corrupt-file', {
      where: 'limbeck report',
      given: 'a report.json that is not JSON',
      expected: 'the file that the run wrote',
      next: 'Run the pipeline again: it publishes the report anew.',
      cause,
    });
  }
  return parseRunReport(value);
}

function formatSystems(systems: readonly SystemReport[]): string {
  const rows = systems.map(({ name, accuracy, ece, latencyMs, sizeBytes }) => [
    name,
    `${(accuracy.value * 100).toFixed(1)}%`,
    ece === undefined ? '' : ece.toFixed(3),
    latencyMs === undefined ? '' : latencyMs.p50.toFixed(2),
    sizeBytes === undefined ? '' : (sizeBytes / 1000).toFixed(0),
  ]);
  const all = [['system', 'accuracy', 'ECE', 'p50 ms', 'kB'], ...rows];
  const widths = all[0]!.map((_, column) =>
    Math.max(...all.map((row) => row[column]?.length ?? 0)),
  );
  return all
    .map((row) =>
      row.map((cell, i) => (i === 0 ? cell.padEnd(widths[i] ?? 0) : cell.padStart(widths[i] ?? 0))),
    )
    .map((row) => row.join('  ').trimEnd())
    .join('\n');
}
