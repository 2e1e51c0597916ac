import { open } from 'node:fs/promises';
import { LimbeckError } from '@limbeck/core';
import type { DeadLetters } from '../records/record-reader.js';
import type { RecordOptions } from '../records/record-options.js';
import { fileError } from './errors.js';

/**
 * The file that bad records go to, a JSON line each, written anew: it is empty if none was bad.
 *
 * @returns what opens it, or nothing if bad records go nowhere
 * @throws LimbeckError `invalid-option` if it is the file that is read; when opened or written, `io-failed`, `disk-full`
 */
export function deadLetters(
  where: string,
  path: string,
  onBad: RecordOptions['onBad'],
): (() => Promise<DeadLetters>) | undefined {
  if (typeof onBad !== 'object') return undefined;
  const { deadLetter } = onBad;
  if (deadLetter === path) {
    throw new LimbeckError('invalid-option', {
      where,
      given: `${path} as the file of bad records, which is the file that is read`,
      expected: 'another file',
      next: 'Name one beside it, such as "bad.jsonl".',
    });
  }
  return async () => {
    const refused = (cause: unknown): never => {
      throw fileError(where, deadLetter, cause);
    };
    const file = await open(deadLetter, 'w').catch(refused);
    return {
      write: async (bad) => file.writeFile(`${JSON.stringify(bad)}\n`).catch(refused),
      close: async () => file.close(),
    };
  };
}
