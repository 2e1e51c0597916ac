import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { type HostTensor, leaves } from '@limbeck/core';
import { batchCount, type Sizes } from './sizes.js';
import { batches, startWeights } from './start.js';

/** Weights and batches on disk, for systems that do not run on Node. */
export interface StartFiles {
  /** The JSON file that names the others. */
  readonly file: string;
  remove(): Promise<void>;
}

/** Writes the weights as raw float32 and the batches as JSON into a temporary folder. */
export async function writeStart(sizes: Sizes): Promise<StartFiles> {
  const folder = await mkdtemp(path.join(os.tmpdir(), 'limbeck-step-'));
  const weights: { [path: string]: { file: string; shape: readonly number[] } } = {};
  const all = leaves<HostTensor>(startWeights(sizes));
  for (const [i, [name, { data, shape }]] of all.entries()) {
    const file = path.join(folder, `${i}.f32`);
    await writeFile(file, new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
    weights[name] = { file, shape };
  }
  const lists = batches(sizes, batchCount).map(({ ids, mask, labels }) => ({
    ids: [...ids],
    mask: [...mask],
    labels: [...labels],
  }));
  const file = path.join(folder, 'start.json');
  await writeFile(file, JSON.stringify({ weights, batches: lists }));
  return { file, remove: () => rm(folder, { recursive: true, force: true }) };
}
