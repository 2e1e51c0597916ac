import { existsSync, statSync } from 'node:fs';
import path from 'node:path';
import { isLimbeckError, LimbeckError } from '@limbeck/core';
import { isStep, type Pipeline } from '@limbeck/pipeline';
import type { LimbeckSettings } from '../config.js';
import { configNames, loadLayers } from './load-layers.js';

/** A pipeline and the file that it stands in. */
export interface LoadedPipeline {
  /** What the file exports. */
  readonly pipeline: Pipeline;
  /** The file, absolute. */
  readonly file: string;
  /** The folder that holds the runs, absolute, where the file names one. */
  readonly root?: string;
  /** How many steps may run at once, where the file says so. */
  readonly parallel?: number;
}

/**
 * Loads the pipeline that a file exports as `default` or as `pipeline`, with the layers that it extends.
 *
 * @param given - The file or its folder; `limbeck.config.*` of the current folder if left out.
 * @throws LimbeckError `data-missing` for a file or a layer that is not there; `invalid-data` if it cannot be loaded or
 * exports no pipeline; `invalid-option` for a layer from the network.
 */
export async function loadPipeline(
  cwd: string,
  given: string | undefined,
): Promise<LoadedPipeline> {
  const file = findFile(cwd, given);
  let config: LimbeckSettings;
  try {
    config = await loadLayers(file);
  } catch (cause) {
    if (isLimbeckError(cause) && cause.where === 'limbeck run') throw cause;
    const message = cause instanceof Error ? cause.message : String(cause);
    throw invalid(
      file,
      `fails to load: ${message}`,
      'Mend the file; the cause has its stack.',
      cause,
    );
  }
  const { root, parallel, ...pipeline } = config;
  if (isPipeline(pipeline)) {
    return {
      pipeline,
      file,
      ...(root === undefined ? {} : { root: path.resolve(path.dirname(file), root) }),
      ...(parallel === undefined ? {} : { parallel }),
    };
  }
  throw invalid(
    file,
    'exports no pipeline',
    'Write export default definePipeline({ name, steps }) in it.',
  );
}

function findFile(cwd: string, given: string | undefined): string {
  const target = path.resolve(cwd, given ?? '.');
  const candidates =
    given === undefined || isFolder(target)
      ? configNames.map((name) => path.join(target, name))
      : [target];
  const file = candidates.find((candidate) => existsSync(candidate));
  if (file !== undefined) return file;
  throw new LimbeckError('data-missing', {
    where: 'limbeck run',
    given:
      given === undefined ? 'a folder without limbeck.config.ts' : `${given}, which is not there`,
    expected: 'a file that exports a pipeline',
    next: 'Name it, as in limbeck run pipeline.ts, or run the command where it lies.',
  });
}

function isFolder(target: string): boolean {
  return statSync(target, { throwIfNoEntry: false })?.isDirectory() ?? false;
}

function isPipeline(value: unknown): value is Pipeline {
  if (typeof value !== 'object' || value === null) return false;
  const { name, steps } = value as { name?: unknown; steps?: unknown };
  return typeof name === 'string' && Array.isArray(steps) && steps.every(isStep);
}

function invalid(file: string, what: string, next: string, cause?: unknown): LimbeckError {
  return new LimbeckError('invalid-data', {
    where: 'limbeck run',
    given: `${path.basename(file)}, which ${what}`,
    expected: 'a module that exports a pipeline as default',
    next,
    cause,
  });
}
