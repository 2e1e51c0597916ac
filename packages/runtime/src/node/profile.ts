import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { checkWhole } from '@limbeck/core';
import type { OnnxGraph } from '@limbeck/tensor';
import type { HostTensors } from '../engine.js';
import { type Profile, readProfile } from '../profile.js';
import { nodeEngine } from './node-engine.js';
import type { NodeEngineOptions } from './options.js';

/** Options of {@link profile}. */
export interface ProfileOptions extends Omit<NodeEngineOptions, 'profile'> {
  /** How many runs are measured, after one that is not. @defaultValue 10 */
  readonly runs?: number;
  /** Which outputs are brought out. @defaultValue none but the first: copying is no kernel's work */
  readonly fetch?: readonly string[];
}

/**
 * Runs a graph under ONNX Runtime's own profiler, in an engine made for it, and says where the time goes: by node, by
 * the scope that made it, and by operator. The profiler itself takes a few percent.
 *
 * @param graph - an ONNX file, or what `toOnnx` gave
 * @param feeds - a value for every input; for a training step the state is among them
 * @throws LimbeckError `invalid-option` for less than one run; what `nodeEngine`, `load` and `run` throw
 * @example
 * ```ts
 * import { hostTensor } from '@limbeck/core';
 * import { profile } from '@limbeck/runtime/node';
 * import { input, toOnnx } from '@limbeck/tensor';
 *
 * const x = input('x', { dtype: 'float32', shape: ['batch'] });
 * const graph = toOnnx({ y: x.sin().tanh() });
 * const { operators } = await profile(graph, { x: hostTensor('float32', [3], [1, 2, 3]) });
 * console.log(operators.map(({ name }) => name).toSorted().join(' ')); // Sin Tanh
 * ```
 */
export async function profile(
  graph: Uint8Array | OnnxGraph,
  feeds: HostTensors,
  options: ProfileOptions = {},
): Promise<Profile> {
  const { runs = 10, fetch, ...rest } = options;
  checkWhole('profile', { runs }, 1, 'Measure ten runs, or more where they are short.');
  const folder = await mkdtemp(path.join(os.tmpdir(), 'limbeck-profile-'));
  try {
    const engine = await nodeEngine({ ...rest, profile: path.join(folder, 'graph') });
    try {
      const runner = await engine.load(graph);
      const wanted = fetch ?? Object.keys(runner.outputs).slice(0, 1);
      for (let i = 0; i <= runs; i++) await runner.run(feeds, wanted);
    } finally {
      await engine.dispose();
    }
    const [file] = await readdir(folder);
    return readProfile(await readFile(path.join(folder, file!), 'utf8'));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
