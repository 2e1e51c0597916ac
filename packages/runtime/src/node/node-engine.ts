import type { Engine } from '../engine.js';
import { aborted } from '../lifetime.js';
import { localEngine } from './local-engine.js';
import { engineSettings, type NodeEngineOptions } from './options.js';
import { workerEngine } from './worker-engine.js';

/**
 * An engine over onnxruntime-node, which is an optional peer and imported when this is called.
 *
 * A run blocks the thread it is on from beginning to end. With `worker: true` sessions, state and buffers live in a
 * worker thread: what is fed is copied there and what is fetched comes back, and this thread stays free.
 *
 * @throws LimbeckError `engine-missing` without onnxruntime-node; `unknown-provider` for a provider that this build
 * lacks; `invalid-option`, `engine-failed`, `worker-failed`, `aborted`
 * @example
 * ```ts
 * import { hostTensor } from '@limbeck/core';
 * import { nodeEngine } from '@limbeck/runtime/node';
 * import { input, toOnnx } from '@limbeck/tensor';
 *
 * const engine = await nodeEngine();
 * const x = input('x', { dtype: 'float32', shape: ['batch'] });
 * const runner = await engine.load(toOnnx({ y: x.mul(2) }));
 * const { y } = await runner.run({ x: hostTensor('float32', [3], [1, 2, 3]) });
 * console.log(y?.data.join(' ')); // 2 4 6
 * await engine.dispose();
 * ```
 */
export async function nodeEngine(options: NodeEngineOptions = {}): Promise<Engine> {
  const settings = engineSettings(options);
  const { worker = false, abortSignal } = options;
  if (abortSignal?.aborted === true) throw aborted('nodeEngine', abortSignal);
  return worker ? workerEngine(settings, abortSignal) : localEngine(settings, abortSignal);
}
