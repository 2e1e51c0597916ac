import path from 'node:path';
import type { EventSink, Logger } from '@limbeck/core';
import { formatPlan, formatStages, orderSteps } from '@limbeck/pipeline';
import { planPipeline, runFolder, runPipeline } from '@limbeck/pipeline/node';
import type { CommandIo } from '../io.js';
import { loadPipeline, type LoadedPipeline } from '../load-pipeline.js';
import { portOption, wholeOption } from './command.js';

/** Where runs lie if nothing else is said. */
export const defaultRoot = path.join('.limbeck', 'runs');

/** Options of {@link run}. */
export interface RunCommand {
  /** The pipeline's file, or a folder with a `limbeck.config.ts`. */
  readonly config?: string | undefined;
  /** The folder that holds the runs. @defaultValue what the configuration says, else `.limbeck/runs` */
  readonly root?: string | undefined;
  /** Reads cached files again in place of trusting their size and time. @defaultValue false */
  readonly verify?: boolean | undefined;
  /** Says what would run and why, and runs nothing. @defaultValue false */
  readonly why?: boolean | undefined;
  /** How many steps may run at once. @defaultValue what the configuration says, else 1 */
  readonly parallel?: string | undefined;
  /** Serves a page that shows the run while it goes on. @defaultValue false */
  readonly watch?: boolean | undefined;
  /** The page's port. @defaultValue the first free one from 4750 on */
  readonly port?: string | undefined;
  /** Prints the result as JSON. @defaultValue false */
  readonly json?: boolean | undefined;
}

/** Runs a pipeline, and says where its time went and where its results lie. */
export async function run(io: CommandIo, given: RunCommand): Promise<void> {
  const parallel = wholeOption('limbeck run', 'parallel', given.parallel, 1);
  const port = portOption('limbeck run', given);
  const loaded = await loadPipeline(io.cwd, given.config);
  const { pipeline, file } = loaded;
  const root = rootOf(io, given, loaded);
  const verify = given.verify === true ? 'full' : 'quick';
  if (given.why === true) return say(io, given, await planPipeline({ ...pipeline, root, verify }));
  const folder = runFolder(pipeline, root);
  const logger: Logger = { info: (line) => io.err(line), warn: (line) => io.err(line) };
  const work = (onEvent?: EventSink) =>
    runPipeline({
      ...pipeline,
      root,
      logger,
      since: 'process',
      verify,
      parallel: parallel ?? loaded.parallel ?? 1,
      entry: path.relative(io.cwd, file).split(path.sep).join('/'),
      resumeWith: `limbeck resume ${path.relative(io.cwd, folder)}`,
      onEvent,
    });
  const steps = orderSteps(pipeline.steps).map(({ name }) => name);
  const result =
    given.watch === true
      ? await (
          await import('../live/watched.js')
        ).watched({ name: pipeline.name, steps, port, logger }, work)
      : await work();
  const published = Object.keys(pipeline.publish ?? {});
  if (given.json === true) {
    const { stages, otherSeconds, overlapSeconds = 0, seconds } = result;
    const table = { stages, otherSeconds, overlapSeconds, seconds };
    return io.out(JSON.stringify({ folder: result.folder, published, ...table }, null, 2));
  }
  io.out(formatStages(result));
  for (const name of ['', ...published]) {
    io.out(path.relative(io.cwd, path.join(result.folder, name)));
  }
}

function rootOf(io: CommandIo, given: RunCommand, loaded: LoadedPipeline): string {
  return path.resolve(io.cwd, given.root ?? loaded.root ?? defaultRoot);
}

function say(
  io: CommandIo,
  { json }: RunCommand,
  plan: Awaited<ReturnType<typeof planPipeline>>,
): void {
  if (json === true) return io.out(JSON.stringify(plan, null, 2));
  io.out(formatPlan(plan));
  if (plan.locked) io.err('A run works in the folder now: another one would be refused.');
}
