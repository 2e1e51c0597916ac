import { mkdir, mkdtemp, rm, rmdir, statfs, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { readableBytes } from '../tables.js';
import type { Check } from './check.js';
import { isOlder } from './packages.js';

/** The oldest Node that is supported, and the platforms that onnxruntime-node has libraries for. */
const leastNode = '20.19.0';
const platforms = new Set(['linux-x64', 'linux-arm64', 'darwin-arm64', 'win32-x64', 'win32-arm64']);

/** Node, the platform, cores and memory. */
export function checkMachine(): readonly Check[] {
  const { node } = process.versions;
  const platform = `${process.platform}-${process.arch}`;
  const cores = os.availableParallelism();
  return [
    isOlder(node, leastNode)
      ? { name: 'node', state: 'broken', found: node, note: `needs ${leastNode} or later` }
      : { name: 'node', state: 'ok', found: node, note: `${leastNode} or later` },
    platforms.has(platform)
      ? { name: 'platform', state: 'ok', found: platform, note: 'onnxruntime-node has it' }
      : {
          name: 'platform',
          state: 'optional',
          found: platform,
          note: 'onnxruntime-node has no library for it; students run through @limbeck/predict',
        },
    {
      name: 'processor',
      state: 'ok',
      found: `${cores} cores, ${readableBytes(os.totalmem())}`,
      note: os.cpus()[0]?.model.trim() ?? '',
    },
  ];
}

/** Whether runs can be written, and how much room there is. */
export async function checkRoot(root: string, shown: string): Promise<Check> {
  let made: string | undefined;
  try {
    made = await mkdir(root, { recursive: true });
    const trial = await mkdtemp(path.join(root, '.trial-'));
    await writeFile(path.join(trial, 'file'), 'x');
    await rm(trial, { recursive: true });
    const { bavail, bsize } = await statfs(root);
    const free = bavail * bsize;
    const found = `${readableBytes(free)} free`;
    if (free >= 1e9) return { name: 'runs', state: 'ok', found, note: shown };
    return {
      name: 'runs',
      state: 'broken',
      found,
      note: `${shown}: little room; limbeck gc frees some`,
    };
  } catch (cause) {
    const { code = 'an error' } = cause as { readonly code?: string };
    const note = `${shown} cannot be written: check its permissions, or pass --root`;
    return { name: 'runs', state: 'broken', found: code, note };
  } finally {
    if (made !== undefined) await unmake(root, path.dirname(made));
  }
}

/** Takes empty folders away again, up to one that was there before. */
async function unmake(folder: string, before: string): Promise<void> {
  for (let at = folder; at !== before && at !== path.dirname(at); at = path.dirname(at)) {
    // One that somebody has put something into by now stays.
    await rmdir(at).catch(() => undefined);
  }
}
