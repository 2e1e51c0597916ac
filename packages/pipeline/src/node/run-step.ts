import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { type Event, event, type EventSink, LimbeckError, type Logger } from '@limbeck/core';
import type { StepIdentity } from '../identity.js';
import { toJson } from '../json.js';
import type { Stage } from '../stages.js';
import { isStep, type PipelineStep } from '../step.js';
import { openEventLog } from './event-log.js';
import { fileError, isDiskFull } from './files.js';
import {
  beginStep,
  type Finished,
  finishStep,
  planStep,
  scratchName,
  type StepPlan,
} from './step-folder.js';
import type { Stops } from './stops.js';

/** What a step needs of the run that it belongs to. */
export interface StepRunOptions {
  /** The run's folder. */
  readonly folder: string;
  /** The step's folder that outlives changes. */
  readonly keep: string;
  /** What the output is filed under. */
  readonly identity: StepIdentity;
  /** What the steps before it came to, by name. */
  readonly finished: ReadonlyMap<string, Finished>;
  /** Names the step in a line for people. */
  readonly label: string;
  /** How closely cached files are looked at. */
  readonly verify: 'quick' | 'full';
  /** What may stop it. */
  readonly stops: Stops;
  /** Receives lines for people. */
  readonly logger: Logger;
  /** Receives the step's events, after its file has; each has the step's name as `stage`. */
  readonly onEvent: EventSink | undefined;
}

/** What came of a step. */
export interface StepRan {
  /** Its output. */
  readonly finished: Finished;
  /** What is told of it. */
  readonly stage: Stage;
  /** When it began and ended, in milliseconds of `performance.now()`. */
  readonly span: readonly [fromMs: number, toMs: number];
}

/** A step's folder in a run's. */
export function stepFolder(folder: string, step: string): string {
  return path.join(folder, 'steps', step);
}

/** Runs one step, or reads what it came to. @throws LimbeckError as `runPipeline` does */
export async function runStep(current: PipelineStep, options: StepRunOptions): Promise<StepRan> {
  const { identity, label, verify, logger, onEvent } = options;
  const { name } = current;
  const startMs = performance.now();
  const plan = await planStep(stepFolder(options.folder, name), identity, verify);
  const ended = (finished: Finished): StepRan => {
    const endMs = performance.now();
    const seconds = (endMs - startMs) / 1000;
    const stage = { step: name, seconds, state: plan.state, why: plan.why };
    return { finished, stage, span: [startMs, endMs] };
  };
  if (plan.state === 'cached') {
    logger.info(`${label}: cached`);
    onEvent?.(event('pipeline/cached', { step: name, stage: name }));
    return ended(plan.finished);
  }
  const verb = plan.state === 'resumed' ? 'goes on' : 'runs';
  logger.info(
    `${label}: ${verb} (${plan.why.slice(0, 3).join('; ')}${plan.why.length > 3 ? '; ...' : ''})`,
  );
  const done = ended(await work(current, plan, options, startMs));
  logger.info(`${label}: done in ${done.stage.seconds.toFixed(1)} s`);
  return done;
}

async function work(
  current: PipelineStep,
  plan: Exclude<StepPlan, { readonly state: 'cached' }>,
  options: StepRunOptions,
  startMs: number,
): Promise<Finished> {
  const { stops, keep } = options;
  const folder = stepFolder(options.folder, current.name);
  const temporary = path.join(options.folder, 'tmp');
  await beginStep(folder, options.identity, plan, temporary);
  const scratch = path.join(folder, scratchName);
  for (const needed of [keep, scratch]) {
    await mkdir(needed, { recursive: true }).catch((cause: unknown) => {
      throw fileError('runPipeline', path.basename(needed), cause);
    });
  }
  const log = openEventLog(path.join(folder, 'events.jsonl'), (fault) => {
    stops.stop(fileError('runPipeline', 'events.jsonl', fault));
  });
  const onEvent = (what: Event): void => {
    log.write(what);
    // Of steps that run at once, whoever listens must know which one speaks.
    options.onEvent?.({ ...what, stage: current.name });
  };
  try {
    onEvent(event('pipeline/started', { step: current.name, state: plan.state, why: plan.why }));
    const output: unknown = await current.run(
      {
        inputs: mapInputs(current, (input) =>
          isStep(input) ? options.finished.get(input.name)?.output : input,
        ),
        folders: foldersOf(current, options.folder),
        config: current.config,
      },
      {
        folder,
        keep,
        scratch,
        resumed: plan.state === 'resumed',
        abortSignal: stops.abortSignal,
        onEvent,
        logger: options.logger,
      },
    );
    const seconds = (performance.now() - startMs) / 1000;
    const finished = await finishStep(
      folder,
      toJson(`step "${current.name}"`, output),
      seconds,
      temporary,
    );
    onEvent(event('pipeline/finished', { step: current.name, seconds }));
    return finished;
  } catch (cause) {
    throw stepError(current.name, cause, options);
  } finally {
    log.close();
  }
}

function mapInputs(
  current: PipelineStep,
  change: (input: unknown) => unknown,
): { readonly [name: string]: unknown } {
  return Object.fromEntries(
    Object.entries(current.inputs).map(([key, input]) => [key, change(input)]),
  );
}

function foldersOf(current: PipelineStep, folder: string): { readonly [name: string]: string } {
  return Object.fromEntries(
    Object.entries(current.inputs).flatMap(([key, input]) =>
      isStep(input) ? [[key, stepFolder(folder, input.name)]] : [],
    ),
  );
}

/** What stopped the run, if something did; a full disk; or the step's own failure. */
function stepError(step: string, cause: unknown, options: StepRunOptions): unknown {
  if (options.stops.abortSignal.aborted) return options.stops.abortSignal.reason;
  const kept = [...options.finished.keys()];
  const next = `Mend it and run again${kept.length > 0 ? `: ${kept.join(', ')} will not run again` : ''}.`;
  const where = `step "${step}"`;
  if (isDiskFull(cause)) {
    return new LimbeckError('disk-full', {
      where,
      given: 'a disk without room',
      expected: 'room for what the step writes',
      next: 'Free some space and run the same command again: finished steps are kept.',
      cause,
    });
  }
  return new LimbeckError('step-failed', {
    where,
    given: `the error: ${cause instanceof Error ? cause.message : String(cause)}`,
    expected: 'a step that comes to its end',
    next,
    cause,
  });
}
