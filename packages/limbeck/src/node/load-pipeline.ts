import { existsSync, statSync } from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { LimbeckError } from '@limbeck/core';
import { isStep, type Pipeline } from '@limbeck/pipeline';

/** What a pipeline's file is called when none is named. */
const defaultNames = ['ts', 'mts', 'js', 'mjs'].map((extension) => `limbeck.config.${extension}`);

/** A pipeline and the file that it stands in. */
export interface LoadedPipeline {
  /** What the file exports. */
  readonly pipeline: Pipeline;
  /** The file, absolute. */
  readonly file: string;
}

interface Exports {
  readonly default?: unknown;
  readonly pipeline?: unknown;
}

/**
 * Loads the pipeline that a file exports as `default` or as `pipeline`.
 *
 * @param given - The file or its folder; `limbeck.config.*` of the current folder if left out.
 * @throws LimbeckError `data-missing` for a file that is not there; `invalid-data` if it cannot be loaded or exports
 * no pipeline.
 */
export async function loadPipeline(
  cwd: string,
  given: string | undefined,
): Promise<LoadedPipeline> {
  const file = findFile(cwd, given);
  let exported: Exports;
  try {
    exported = await importModule(file);
  } catch (cause) {
    const message = cause instanceof Error ? cause.message : String(cause);
    throw invalid(
      file,
      `fails to load: ${message}`,
      'Mend the file; the cause has its stack.',
      cause,
    );
  }
  const pipeline = exported.default ?? exported.pipeline;
  if (isPipeline(pipeline)) return { pipeline, file };
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
      ? defaultNames.map((name) => path.join(target, name))
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

/** What Node says where it cannot run TypeScript, or cannot run it all. */
const needsJiti = new Set([
  'ERR_UNKNOWN_FILE_EXTENSION',
  'ERR_MODULE_NOT_FOUND',
  'ERR_UNSUPPORTED_TYPESCRIPT_SYNTAX',
  'ERR_INVALID_TYPESCRIPT_SYNTAX',
]);

/** Node itself first, which newer versions and tsx can; jiti where it does not know TypeScript. */
async function importModule(file: string): Promise<Exports> {
  try {
    return (await import(pathToFileURL(file).href)) as Exports;
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : '';
    if (!/\.[mc]?ts$/.test(file) || !needsJiti.has(code)) throw error;
    return importTypeScript(file);
  }
}

/** Loads TypeScript where Node cannot, imports of `./name.js` that mean `./name.ts` among it. */
export async function importTypeScript(file: string): Promise<Exports> {
  const { createJiti } = await import('jiti');
  return createJiti(pathToFileURL(file).href).import<Exports>(file);
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
