import { randomBytes } from 'node:crypto';
import { cp, mkdir, rename, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import { LimbeckError } from '@limbeck/core';
import { fileError } from './files.js';

/** Names at the top of a run's folder that are the run's own. */
const taken = new Set(['run.json', 'lock.json', 'steps', 'tmp']);

/** What to copy from where. */
export interface Publication {
  /** The name at the top of the run's folder. */
  readonly name: string;
  /** The step that made it. */
  readonly step: string;
  /** Where it lies in that step's folder, with forward slashes. */
  readonly from: string;
}

/**
 * Reads the `publish` option.
 *
 * @throws LimbeckError `invalid-option` for a name that is taken or has folders in it, or a source without a step;
 * `unknown-name` for a step that is not in the pipeline.
 */
export function readPublications(
  publish: { readonly [name: string]: string },
  steps: readonly string[],
): readonly Publication[] {
  return Object.entries(publish).map(([name, source]) => {
    const [step = '', ...rest] = source.split('/');
    const parts = [name, ...rest];
    if (
      taken.has(name) ||
      /[\\/]/.test(name) ||
      rest.length === 0 ||
      parts.some((part) => /^(\.{0,2}|.*\\.*)$/.test(part))
    ) {
      throw new LimbeckError('invalid-option', {
        where: 'runPipeline',
        given: `publish ${JSON.stringify({ [name]: source })}`,
        expected: 'a plain name, and a source of the form <step>/<path>',
        next: 'Write it like { "report.html": "report/report.html" }.',
      });
    }
    if (!steps.includes(step)) {
      throw new LimbeckError('unknown-name', {
        where: 'runPipeline',
        given: `publish from step ${JSON.stringify(step)}`,
        expected: `one of ${steps.join(', ')}`,
        next: 'Begin the source with the name of the step that makes it.',
      });
    }
    return { name, step, from: rest.join('/') };
  });
}

/**
 * Copies a file or folder to the top of the run's folder, whole or not at all.
 *
 * @throws LimbeckError `data-missing` when the step has not made it; `disk-full`, `io-failed`.
 */
export async function publishOne(
  source: string,
  target: string,
  what: Publication,
  temporary: string,
): Promise<void> {
  if ((await stat(source).catch(() => undefined)) === undefined) {
    throw new LimbeckError('data-missing', {
      where: 'runPipeline',
      given: `publish ${what.name} from ${what.step}/${what.from}, which is not there`,
      expected: 'a file or folder that the step has written',
      next: 'Write it into context.folder of that step, or mend the path.',
    });
  }
  const draft = path.join(temporary, `${what.name}-${randomBytes(6).toString('hex')}`);
  try {
    await mkdir(temporary, { recursive: true });
    await cp(source, draft, { recursive: true });
    // A folder cannot be renamed over another one.
    await rm(target, { recursive: true, force: true });
    await rename(draft, target);
  } catch (cause) {
    throw fileError('runPipeline', what.name, cause);
  }
}
