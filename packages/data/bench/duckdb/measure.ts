// What the benchmark of tables measures, and the test of its memory in small: both run the work in a process of its own.
import { spawn } from 'node:child_process';
import path from 'node:path';

/** What a run of {@link measureTable} found. */
export interface Measured {
  readonly rows: number;
  /** Rows that passed the filter and found a partner, read from the file that was written. */
  readonly kept: number;
  /** How many that must be. */
  readonly expected: number;
  readonly sampled: number;
  /** Whether the first rows of the order were the same when it was made again. */
  readonly repeated: boolean;
  /** The most memory that the process held, in MB. */
  readonly peakMb: number;
  readonly seconds: number;
}

/** Runs `work.ts` in a process whose heap may take 256 MB, and gives the last line that it prints. */
async function work(args: readonly string[]): Promise<string> {
  const script = path.join(import.meta.dirname, 'work.ts');
  const flags = ['--max-old-space-size=256', '--conditions=@limbeck/source', '--import', 'tsx'];
  const child = spawn(process.execPath, [...flags, script, ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let printed = '';
  child.stdout.on('data', (chunk: Buffer) => (printed += chunk.toString()));
  const status = await new Promise<number | null>((resolve) => child.on('close', resolve));
  if (status !== 0) throw new Error(`${script} ended with ${status}`);
  return printed.trim().split('\n').at(-1)!;
}

/** Writes so many rows into a folder, and a smaller table to join them with. */
export async function writeRows(folder: string, rows: number): Promise<void> {
  await work(['write', folder, String(rows)]);
}

/** Filters, joins, samples, shuffles, writes and reads what {@link writeRows} wrote. */
export async function measureTable(folder: string): Promise<Measured> {
  return JSON.parse(await work(['measure', folder])) as Measured;
}
