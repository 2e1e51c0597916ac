import { mkdir, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import {
  canonicalJson,
  checkWhole,
  event,
  isLimbeckError,
  type JsonObject,
  LimbeckError,
  type LongWork,
} from '@limbeck/core';
import { toJson } from '../json.js';
import { orderSteps, type OutputsOf, type Pipeline } from '../pipeline.js';
import type { StageTable } from '../stages.js';
import { checkName, type PipelineStep } from '../step.js';
import { fileError } from './files.js';
import { hashJson, sha256 } from './hash.js';
import { type Code, codesOf, identityOf } from './identity-of.js';
import { lockFolder } from './lock.js';
import { stderrLogger } from './logger.js';
import { machine } from './machine.js';
import { type Publication, publishOne, readPublications } from './publish.js';
import { readRun, type RunRecord, writeRun } from './run-record.js';
import { runStep, stepFolder, type StepRan } from './run-step.js';
import { runSteps } from './run-steps.js';
import { stageTimes } from './stage-times.js';
import type { Finished } from './step-folder.js';
import { watchStops } from './stops.js';

/** Options of {@link runPipeline}: the pipeline, and how to run it. */
export interface RunOptions<Steps extends readonly PipelineStep[]>
  extends Pipeline<Steps>, LongWork {
  /** The folder that holds the runs. @defaultValue `.limbeck/runs` */
  readonly root?: string;
  /**
   * From when the wall clock counts: from this call, or from the start of the process, so that loading modules shows
   * in the table. @defaultValue 'call'
   */
  readonly since?: 'call' | 'process';
  /** Whether Ctrl-C and a polite kill stop the run in good order. @defaultValue true */
  readonly handleSignals?: boolean;
  /** `quick` trusts a cached file with the size and time that it had; `full` reads all again. @defaultValue 'quick' */
  readonly verify?: 'quick' | 'full';
  /**
   * How many steps may run at once, where none needs the other. A step that computes in this thread holds the others
   * up: it pays for steps that wait for answers or work in threads and processes of their own. @defaultValue 1
   */
  readonly parallel?: number;
  /** The command that goes on after an interruption, for the message. @defaultValue 'the same command' */
  readonly resumeWith?: string;
  /** The file that defines the pipeline, for `limbeck resume`. */
  readonly entry?: string;
}

/** What a run came to. */
export interface RunResult<Steps extends readonly PipelineStep[]> extends StageTable {
  /** The run's folder. */
  readonly folder: string;
  /** The output of each step that was asked for, by name. */
  readonly outputs: OutputsOf<Steps>;
  /** The folder of each step, by name. */
  readonly folders: { readonly [step: string]: string };
}

/** The folder that a run of this pipeline has: its name and the hash of its config. */
export function runFolder(
  pipeline: Pick<Pipeline, 'name' | 'config'>,
  root: string = path.join('.limbeck', 'runs'),
): string {
  checkName('runFolder', pipeline.name);
  const config = toJson('runFolder, config', pipeline.config ?? {});
  const hash = sha256(canonicalJson({ name: pipeline.name, config })).slice(0, 8);
  return path.resolve(root, `${pipeline.name}-${hash}`);
}

/**
 * Runs the steps that have no output yet, in order, and keeps everything in one folder. Kill it at any moment and
 * call it again: finished steps are read, the unfinished one goes on from its files. Where one of several that run at once
 * fails, the others are aborted, waited for, and kept if they end in spite of it.
 *
 * @throws LimbeckError `step-failed` with the step's error as cause (finished steps are kept); `interrupted` after
 * Ctrl-C, `aborted` by the `abortSignal`; `run-locked` while another run works in the folder; `disk-full`,
 * `io-failed`; `format-too-new` for a folder of a later version; `invalid-option`, `duplicate-name`, `empty-data`,
 * `unknown-name` for a pipeline that cannot run; `data-missing` when what is to be published is not there.
 */
export async function runPipeline<const Steps extends readonly PipelineStep[]>(
  options: RunOptions<Steps>,
): Promise<RunResult<Steps>> {
  const { logger = stderrLogger(), verify = 'quick', publish = {}, onEvent } = options;
  const { parallel = 1 } = options;
  const startMs = options.since === 'process' ? 0 : performance.now();
  checkWhole('runPipeline', { parallel }, 1, 'Use 1 to run one step after another.');
  const steps = orderSteps(options.steps);
  const names = steps.map(({ name }) => name);
  const publications = readPublications(publish, names);
  const folder = runFolder(options, options.root);
  const codes = codesOf(steps);

  await makeFolder(folder);
  const lock = await lockFolder(folder);
  const stops = watchStops(options);
  const finished = new Map<string, Finished>();
  const ran = new Map<number, StepRan>();
  try {
    // What a killed run left half written.
    await rm(path.join(folder, 'tmp'), { recursive: true, force: true });
    const before = await readRun(folder);
    const record = startRecord(options, steps, [...codes.values()], before);
    await writeRun(folder, record);
    try {
      await runSteps(steps, {
        parallel,
        run: async (current, i) => {
          stops.abortSignal.throwIfAborted();
          const one = await runStep(current, {
            folder,
            keep: path.join(path.dirname(folder), 'kept', options.name, current.name),
            identity: identityOf(current, codes, finished),
            finished,
            label: `[${i + 1}/${steps.length}] ${current.name}`,
            verify,
            stops,
            logger,
            onEvent,
          });
          finished.set(current.name, one.finished);
          ran.set(i, one);
        },
        stop: ({ name }) => stops.stop(besideFailure(name)),
      });
      stops.abortSignal.throwIfAborted();
      const published = await publishAll(folder, publications, finished, before);
      const result = stageTimes(startMs, ran);
      await writeRun(folder, { ...record, state: 'done', published, table: result });
      onEvent?.(event('pipeline/done', { name: options.name, seconds: result.seconds }));
      return {
        ...result,
        folder,
        outputs: Object.fromEntries(
          options.steps.map(({ name }) => [name, finished.get(name)?.output]),
        ) as OutputsOf<Steps>,
        folders: Object.fromEntries(names.map((name) => [name, stepFolder(folder, name)])),
      };
    } catch (error) {
      const stopped = isLimbeckError(error, 'interrupted') || isLimbeckError(error, 'aborted');
      const state = stopped ? 'interrupted' : 'failed';
      const table = stageTimes(startMs, ran);
      // The first error is the one to tell; on a full disk this one would only repeat it.
      await writeRun(folder, { ...record, state, table }).catch(() => undefined);
      if (stopped) logger.warn(error.next);
      throw error;
    }
  } finally {
    stops.dispose();
    await rm(path.join(folder, 'tmp'), { recursive: true, force: true }).catch(() => undefined);
    await lock.release();
  }
}

/** Why steps are stopped that ran beside one that failed. */
function besideFailure(name: string): LimbeckError {
  return new LimbeckError('aborted', {
    where: 'runPipeline',
    given: `step "${name}", which failed`,
    expected: 'all steps to come to their end',
    next: 'See what that step said; this one goes on from what it saved.',
  });
}

async function makeFolder(folder: string): Promise<void> {
  try {
    await mkdir(path.join(folder, 'steps'), { recursive: true });
  } catch (cause) {
    throw fileError('runPipeline', `the run folder ${path.basename(folder)}`, cause);
  }
}

function startRecord(
  options: RunOptions<readonly PipelineStep[]>,
  steps: readonly PipelineStep[],
  codes: readonly Code[],
  before: RunRecord | undefined,
): RunRecord {
  const versions = Object.fromEntries(codes.flatMap(({ packages }) => Object.entries(packages)));
  return {
    name: options.name,
    config: toJson('runPipeline, config', options.config ?? {}) as JsonObject,
    seeds: options.seeds ?? {},
    versions,
    machine: machine(),
    steps: steps.map(({ name }) => name),
    ...(options.entry === undefined ? {} : { entry: options.entry }),
    state: 'running',
    startedAt: new Date().toISOString(),
    published: before?.published ?? {},
  };
}

async function publishAll(
  folder: string,
  publications: readonly Publication[],
  finished: ReadonlyMap<string, Finished>,
  before: RunRecord | undefined,
): Promise<RunRecord['published']> {
  const published: { [name: string]: string } = {};
  for (const what of publications) {
    const { name, step, from } = what;
    const stamp = hashJson({ from: `${step}/${from}`, hash: finished.get(step)?.outputHash ?? '' });
    const target = path.join(folder, name);
    const isThere = (await stat(target).catch(() => undefined)) !== undefined;
    if (!isThere || before?.published[name] !== stamp) {
      await publishOne(
        path.join(stepFolder(folder, step), from),
        target,
        what,
        path.join(folder, 'tmp'),
      );
    }
    published[name] = stamp;
  }
  return published;
}
