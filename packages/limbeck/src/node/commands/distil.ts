import path from 'node:path';
import { type EventSink, LimbeckError, type Logger } from '@limbeck/core';
import type { RunReport } from '@limbeck/evaluators';
import type { StandardSchemaV1 } from '@standard-schema/spec';
import { type DistilOptions, type FamilyName, familyNames } from '../../distil/options.js';
import { importModule } from '../import-module.js';
import type { CommandIo } from '../io.js';
import { formatTable, percent, readableBytes } from '../tables.js';
import { choiceOption, portOption, wholeOption } from './command.js';
import { dataRemarks } from './data-remarks.js';
import { defaultRoot } from './run.js';

/** Options of {@link distilFile}, as they stand on the command line. */
export interface DistilCommand {
  readonly data: string;
  readonly text?: string | undefined;
  readonly label?: string | undefined;
  readonly labels?: string | undefined;
  readonly schema?: string | undefined;
  readonly group?: string | undefined;
  readonly unlabelled?: string | undefined;
  readonly test?: string | undefined;
  readonly leaks?: string | undefined;
  readonly families?: string | undefined;
  readonly seeds?: string | undefined;
  readonly budget?: string | undefined;
  readonly name?: string | undefined;
  readonly root?: string | undefined;
  readonly watch?: boolean | undefined;
  readonly port?: string | undefined;
  readonly json?: boolean | undefined;
}

const where = 'limbeck distil';

/** Distils a file of records, and prints how everything that was trained did. */
export async function distilFile(io: CommandIo, given: DistilCommand): Promise<void> {
  const logger: Logger = { info: (line) => io.err(line), warn: (line) => io.err(line) };
  const port = portOption(where, given);
  const options = await optionsOf(io, given);
  const { distil } = await import('../../distil/distil.js');
  const work = async (onEvent?: EventSink) =>
    distil({ ...options, logger, ...(onEvent === undefined ? {} : { onEvent }) });
  const { student, report, folder } =
    given.watch === true
      ? await (
          await import('../live/watched.js')
        ).watched(
          {
            name: options.name ?? path.basename(given.data),
            steps: stepsOf(options),
            port,
            logger,
          },
          work,
        )
      : await work();
  await student.dispose();
  const shown = path.relative(io.cwd, folder);
  const remarks = report.data === undefined ? [] : dataRemarks(report.data, shown);
  for (const remark of remarks) io.err(remark);
  if (given.json === true) return io.out(JSON.stringify({ folder, report }, null, 2));
  io.out(systemTable(report));
  if (report.headline !== undefined) io.out(report.headline);
  for (const name of ['', 'student', 'report.html']) {
    io.out(path.relative(io.cwd, path.join(folder, name)));
  }
}

/** The steps that the page lists, those to come among them. */
function stepsOf({ families = familyNames }: DistilOptions): string[] {
  const students = families.map((family) => `student-${family}`);
  return ['read', 'split', 'teacher', ...students, 'choose', 'peers', 'measure', 'report'];
}

async function optionsOf(io: CommandIo, given: DistilCommand): Promise<DistilOptions> {
  const { text, label, labels, schema, group, unlabelled, test, families, seeds, name } = given;
  const file = (named: string): string => path.resolve(io.cwd, named);
  const budgetSeconds = wholeOption(where, 'budget', given.budget, 1);
  return {
    data: file(given.data),
    folder: file(given.root ?? defaultRoot),
    leaks: choiceOption(where, 'leaks', given.leaks, ['refuse', 'drop']),
    ...(text === undefined ? {} : { text: listed(text) }),
    ...(label === undefined ? {} : { label }),
    ...(labels === undefined ? {} : { labels: listed(labels) }),
    ...(schema === undefined ? {} : { schema: await schemaIn(file(schema)) }),
    ...(group === undefined ? {} : { group }),
    ...(unlabelled === undefined ? {} : { unlabelled: file(unlabelled) }),
    ...(test === undefined ? {} : { test: file(test) }),
    ...(families === undefined ? {} : { families: listed(families) as FamilyName[] }),
    ...(seeds === undefined
      ? {}
      : { seeds: listed(seeds).map((seed) => wholeOption(where, 'seeds', seed, 0)!) }),
    ...(budgetSeconds === undefined ? {} : { budgetSeconds }),
    ...(name === undefined ? {} : { name }),
  };
}

function listed(words: string): string[] {
  return words.split(',').map((word) => word.trim());
}

/** The schema that a module exports. @throws LimbeckError `invalid-option` */
async function schemaIn(file: string): Promise<StandardSchemaV1> {
  let cause: unknown;
  try {
    const exported = await importModule(file);
    const found = [exported.default, exported['schema']].find(isSchema);
    if (found !== undefined) return found;
  } catch (error) {
    cause = error;
  }
  throw new LimbeckError('invalid-option', {
    where,
    given: `--schema ${path.basename(file)}, which ${cause === undefined ? 'exports no schema' : 'fails to load'}`,
    expected: 'a module that exports a Standard Schema as default or as schema',
    next: 'Write export default z.object({ … }) in it.',
    cause,
  });
}

function isSchema(value: unknown): value is StandardSchemaV1 {
  // Some libraries' schemas are functions.
  if (value === null || (typeof value !== 'object' && typeof value !== 'function')) return false;
  return '~standard' in value;
}

/** Every system with accuracy, time and size. */
function systemTable({ systems }: Pick<RunReport, 'systems'>): string {
  return formatTable(
    ['system', 'accuracy', '95% interval', 'macro-F1', 'p50', 'size'],
    systems.map(({ name, accuracy, macroF1, latencyMs, sizeBytes }) => [
      name,
      percent(accuracy.value),
      `${percent(accuracy.low)} to ${percent(accuracy.high)}`,
      macroF1 === undefined ? '' : percent(macroF1),
      latencyMs === undefined ? '' : `${latencyMs.p50.toFixed(2)} ms`,
      sizeBytes === undefined ? '' : readableBytes(sizeBytes),
    ]),
  );
}
