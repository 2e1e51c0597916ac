import path from 'node:path';
import type { Logger } from '@limbeck/core';
import { formatStages } from '@limbeck/pipeline';
import { runFolder, runPipeline } from '@limbeck/pipeline/node';
import type { CommandIo } from '../io.js';
import { loadPipeline } from '../load-pipeline.js';

/** Options of {@link run}. */
export interface RunCommand {
  /** The pipeline's file, or a folder with a `limbeck.config.ts`. */
  readonly config?: string | undefined;
  /** The folder that holds the runs. @defaultValue `.limbeck/runs` */
  readonly root?: string | undefined;
  /** Reads cached files again in place of trusting their size and time. @defaultValue false */
  readonly verify?: boolean | undefined;
}

/** Runs a pipeline, and says where its time went and where its results lie. */
export async function run(io: CommandIo, given: RunCommand): Promise<void> {
  const { pipeline, file } = await loadPipeline(io.cwd, given.config);
  const root = path.resolve(io.cwd, given.root ?? path.join('.limbeck', 'runs'));
  const folder = runFolder(pipeline, root);
  const logger: Logger = { info: (line) => io.err(line), warn: (line) => io.err(line) };
  const result = await runPipeline({
    ...pipeline,
    root,
    logger,
    since: 'process',
    verify: given.verify === true ? 'full' : 'quick',
    entry: path.relative(io.cwd, file).split(path.sep).join('/'),
    resumeWith: `limbeck resume ${path.relative(io.cwd, folder)}`,
  });
  io.out(formatStages(result));
  for (const name of ['', ...Object.keys(pipeline.publish ?? {})]) {
    io.out(path.relative(io.cwd, path.join(result.folder, name)));
  }
}
