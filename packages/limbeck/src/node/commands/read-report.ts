import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { LimbeckError } from '@limbeck/core';
import { parseRunReport, type RunReport } from '@limbeck/evaluators';

/**
 * Reads the `report.json` of a folder; `undefined` where there is none.
 *
 * @throws LimbeckError `io-failed`, `corrupt-file`, and as `parseRunReport`
 */
export async function readReport(folder: string): Promise<RunReport | undefined> {
  let text: string;
  try {
    text = await readFile(path.join(folder, 'report.json'), 'utf8');
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined;
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
