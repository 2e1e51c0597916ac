// What a process that is to be killed needs: it says what it does, counts what it writes, and stops where it is told.
import { writeSync } from 'node:fs';
import promises, { open } from 'node:fs/promises';
import { syncBuiltinESMExports } from 'node:module';

/** How many files were written and renamed. */
export interface FileCounts {
  write: number;
  rename: number;
}

/** Says a line on stdout at once, whatever the process is doing. */
export function say(line: string): void {
  writeSync(1, `${line}\n`);
}

function hold(kind: string): Promise<never> {
  say(`held ${kind}`);
  // A timer keeps the process alive until it is killed.
  return new Promise(() => setInterval(() => undefined, 1000));
}

/**
 * Counts writes and renames of the package under test, and stops at one of them to be killed there: `write:7` in the
 * middle of the seventh write, `rename:7` before the seventh rename.
 */
export async function watchFiles(holdAt: string): Promise<FileCounts> {
  const [holdKind = '', number = '0'] = holdAt.split(':');
  const counts: FileCounts = { write: 0, rename: 0 };
  const due = (kind: keyof FileCounts): boolean => {
    counts[kind]++;
    return holdKind === kind && counts[kind] === Number(number);
  };
  const handle = await open(import.meta.filename);
  const prototype = Object.getPrototypeOf(handle) as { writeFile: typeof handle.writeFile };
  await handle.close();
  const whole = prototype.writeFile;
  prototype.writeFile = async function writeFile(this: typeof handle, data) {
    if (due('write')) {
      const bytes = data as Uint8Array;
      await whole.call(this, bytes.subarray(0, Math.floor(bytes.length / 2)));
      await hold('write');
    }
    await whole.call(this, data);
  };
  const rename = promises.rename.bind(promises);
  promises.rename = async (from, to) => {
    if (due('rename')) await hold('rename');
    await rename(from, to);
  };
  syncBuiltinESMExports();
  return counts;
}
