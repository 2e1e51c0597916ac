import { spawn } from 'node:child_process';
import { checkWhole, LimbeckError } from '@limbeck/core';
import { quantile } from '../quantile.js';

/** Options of {@link measureColdStart}. */
export interface ColdStartOptions {
  /** What the module's function is called with; anything that JSON holds. @defaultValue nothing */
  readonly input?: unknown;
  /** How many processes are started, one after another. @defaultValue 5 */
  readonly runs?: number;
  /** Arguments of Node itself, such as `--max-old-space-size=256`. @defaultValue none */
  readonly nodeArguments?: readonly string[];
  /** The most that one process may take, in milliseconds. @defaultValue 60000 */
  readonly timeoutMs?: number;
}

/** What a first answer takes. */
export interface ColdStart {
  /** From starting a process to its first answer: the median, in milliseconds. */
  readonly totalMs: number;
  /** Of that, from importing the module on, without the start of Node itself: the median, in milliseconds. */
  readonly loadMs: number;
  /** The most memory that a process held until then: the median, in bytes. */
  readonly peakRssBytes: number;
  /** Each process's `totalMs`. */
  readonly samplesMs: readonly number[];
}

/** Runs in the child: imports a module, asks it once, tells how long that took. */
const asks = `
const [url, input] = process.argv.slice(1);
const start = performance.now();
const { default: answer } = await import(url);
await answer(input === undefined ? undefined : JSON.parse(input));
const loadMs = performance.now() - start;
process.send({ loadMs, peakRssBytes: process.resourceUsage().maxRSS * 1024 }, () => process.exit(0));
`;

/**
 * How long a system takes from nothing to its first answer, and how much memory that needs: in new Node processes that
 * import a module and call its default export once. Files are in the system's cache from the second process on, so this
 * is the cold start of a process and not of a machine.
 *
 * @param module - URL of an ES module whose default export is a function of the input; it loads the model and answers
 * @throws LimbeckError `invalid-option`; `worker-failed` if a process ends without an answer, or takes longer than `timeoutMs`
 */
export async function measureColdStart(
  module: string | URL,
  options: ColdStartOptions = {},
): Promise<ColdStart> {
  const { input, runs = 5, nodeArguments = [], timeoutMs = 60_000 } = options;
  checkWhole('measureColdStart', { runs }, 1, 'Use 5.');
  checkWhole('measureColdStart', { timeoutMs }, 1, 'Use 60000.');
  const given = input === undefined ? [] : [JSON.stringify(input)];
  const child = [
    ...nodeArguments,
    '--input-type=module',
    '--eval',
    asks,
    '--',
    String(module),
    ...given,
  ];
  const found: (Told & { readonly totalMs: number })[] = [];
  for (let run = 0; run < runs; run++) found.push(await ask(child, timeoutMs, String(module)));
  const median = (of: (each: (typeof found)[number]) => number): number =>
    quantile(found.map(of), 0.5);
  return {
    totalMs: median(({ totalMs }) => totalMs),
    loadMs: median(({ loadMs }) => loadMs),
    peakRssBytes: median(({ peakRssBytes }) => peakRssBytes),
    samplesMs: found.map(({ totalMs }) => totalMs),
  };
}

/** What the child tells. */
interface Told {
  readonly loadMs: number;
  readonly peakRssBytes: number;
}

async function ask(
  child: readonly string[],
  timeoutMs: number,
  module: string,
): Promise<Told & { readonly totalMs: number }> {
  const start = performance.now();
  const process_ = spawn(process.execPath, child, { stdio: ['ignore', 'ignore', 'pipe', 'ipc'] });
  const timer = setTimeout(() => process_.kill('SIGKILL'), timeoutMs);
  let complaints = '';
  process_.stderr?.on('data', (chunk: Buffer) => (complaints = (complaints + chunk).slice(-2000)));
  try {
    return await new Promise((resolve, reject) => {
      let told: (Told & { readonly totalMs: number }) | undefined;
      process_.on('message', (message) => {
        told = { ...(message as Told), totalMs: performance.now() - start };
      });
      process_.on('error', reject);
      // After 'close' nothing more comes; an answer has come before it.
      process_.on('close', (code, signal) => {
        if (told !== undefined) resolve(told);
        else reject(new Error(`it ended by ${signal ?? `code ${code}`}: ${complaints.trim()}`));
      });
    });
  } catch (cause) {
    throw new LimbeckError('worker-failed', {
      where: 'measureColdStart',
      given: `${module} without an answer within ${timeoutMs} ms`,
      expected: 'an ES module whose default export is a function that answers',
      next: 'Run it by itself, and look at the cause for what it printed.',
      cause,
    });
  } finally {
    clearTimeout(timer);
  }
}
