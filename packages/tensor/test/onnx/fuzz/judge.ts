import { isLimbeckError, type Rng } from '@limbeck/core';
import { fromOnnx } from '@limbeck/tensor';
import { damaged } from './damage.js';
import { samples } from './samples.js';

/** How a damaged file was met: read after all, refused with an error of ours, or wrongly. */
export type Verdict = 'read' | 'refused' | { readonly fault: string };

/** Bytes in arrays, and bytes in objects, that are in use now. */
export type Memory = () => { readonly arrays: number; readonly objects: number };

/** What the process says of itself; nothing in a page, which cannot ask. */
export const memoryInUse: Memory = () => {
  const used = globalThis.process?.memoryUsage?.();
  return { arrays: used?.arrayBuffers ?? 0, objects: used?.heapUsed ?? 0 };
};

/** What objects of a small graph and its errors take, whatever its size. */
const spareBytes = 2 ** 20;
const spareObjects = 64 * 2 ** 20;
/** A read of a damaged file takes milliseconds; a machine that does much else may take a thousand times as long. */
const longestMs = 10_000;

/** Reads a file, and says whether that went as it should: no other error, no long time, no more memory than the file explains. */
export function judge(bytes: Uint8Array, memory: Memory): Verdict {
  const [before, start] = [memory(), performance.now()];
  let verdict: Verdict = 'read';
  try {
    fromOnnx(bytes);
  } catch (error) {
    if (isLimbeckError(error)) verdict = 'refused';
    else return { fault: `${String(error)}\n${(error as Error).stack ?? ''}` };
  }
  const [after, ms] = [memory(), performance.now() - start];
  const arrays = after.arrays - before.arrays;
  if (arrays > 10 * bytes.length + spareBytes) {
    return { fault: `${arrays} bytes in arrays for a file of ${bytes.length}` };
  }
  const objects = after.objects - before.objects;
  if (objects > 10 * bytes.length + spareObjects) {
    return { fault: `${objects} bytes in objects for a file of ${bytes.length}` };
  }
  return ms > longestMs ? { fault: `${Math.round(ms)} ms for a file of ${bytes.length}` } : verdict;
}

/** What a number of damaged files came to. */
export interface Tally {
  readonly read: number;
  readonly refused: number;
  /** The file and what was wrong, at most ten. */
  readonly faults: readonly { readonly bytes: Uint8Array; readonly fault: string }[];
}

/** Reads so many damaged files. */
export function fuzz(times: number, rng: Rng, memory: Memory): Tally {
  const whole = samples();
  const tally = { read: 0, refused: 0, faults: [] as { bytes: Uint8Array; fault: string }[] };
  for (let i = 0; i < times && tally.faults.length < 10; i++) {
    const bytes = damaged(whole[i % whole.length]!, rng);
    const verdict = judge(bytes, memory);
    if (typeof verdict === 'string') tally[verdict]++;
    else tally.faults.push({ bytes, fault: verdict.fault });
  }
  return tally;
}
