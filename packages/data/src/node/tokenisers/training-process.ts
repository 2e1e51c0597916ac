import { spawn } from 'node:child_process';
import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';
import { LimbeckError } from '@limbeck/core';

/** Trains in a process of its own: the library blocks its thread, and writes blank lines to the standard output. */
const program = `
const [library, blank, corpus, trained] = process.argv.slice(1);
const loaded = await import(library);
const { Tokenizer } = loaded.default ?? loaded;
const tokenizer = Tokenizer.fromFile(blank);
tokenizer.train([corpus]);
tokenizer.save(trained);
`;

/** Files of {@link trainInProcess}. */
export interface TrainingFiles {
  /** A `tokenizer.json` without a vocabulary. */
  readonly blank: string;
  /** A text a line. */
  readonly corpus: string;
  /** Where the trained `tokenizer.json` goes. */
  readonly trained: string;
}

/** Where `tokenizers`, an optional peer, is. @throws LimbeckError `missing-dependency` */
export function findTrainer(
  resolve: (name: string) => string = createRequire(import.meta.url).resolve,
): string {
  try {
    return pathToFileURL(resolve('tokenizers')).href;
  } catch (cause) {
    throw new LimbeckError('missing-dependency', {
      where: 'trainTokeniser',
      given: 'a project in which tokenizers cannot be found',
      expected: 'version 0.23 or later',
      next: 'Run npm install tokenizers. Only training needs it.',
      cause,
    });
  }
}

/** Runs the library's training. @throws LimbeckError `aborted`, `worker-failed` */
export async function trainInProcess(
  library: string,
  { blank, corpus, trained }: TrainingFiles,
  abortSignal: AbortSignal | undefined,
): Promise<void> {
  const args = ['--input-type=module', '--eval', program, library, blank, corpus, trained];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'ignore', 'pipe'] });
  const stop = (): void => void child.kill('SIGKILL');
  abortSignal?.addEventListener('abort', stop, { once: true });
  if (abortSignal?.aborted) stop();
  let stderr = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  const status = await new Promise<number | null>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', resolve);
  }).finally(() => abortSignal?.removeEventListener('abort', stop));
  if (abortSignal?.aborted) {
    throw new LimbeckError('aborted', {
      where: 'trainTokeniser',
      given: 'an abortSignal that fired',
      expected: 'to finish',
      next: 'Train again; nothing was written.',
      cause: abortSignal.reason,
    });
  }
  if (status === 0) return;
  throw new LimbeckError('worker-failed', {
    where: 'trainTokeniser',
    given: `a training that ended with status ${status}: ${stderr.trim().slice(-500)}`,
    expected: 'a trained vocabulary',
    next: 'Train on fewer texts if memory ran out.',
  });
}
