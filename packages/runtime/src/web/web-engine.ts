import { LimbeckError } from '@limbeck/core';
import { input, toOnnx } from '@limbeck/tensor';
import type { InferenceSession } from 'onnxruntime-web';
import type { Engine } from '../engine.js';
import { aborted } from '../lifetime.js';
import { checkOptimization } from '../optimization.js';
import { OrtEngine } from '../ort/ort-engine.js';
import { providerError, sessionError } from '../session-errors.js';
import { inTurnOf } from './in-turn.js';
import { loadOnnxruntimeWeb, webProviders } from './onnxruntime-web.js';
import { fixThreads, type WebEngineOptions } from './options.js';

/**
 * An engine over onnxruntime-web, which is an optional peer and imported when this is called: what runs in Node with
 * `nodeEngine` runs in a page, or in a Worker of one, from the same bytes.
 *
 * A run blocks the thread it is on, as in Node. Where a page must stay alive meanwhile, train in a Worker.
 *
 * @throws LimbeckError `engine-missing` without onnxruntime-web; `unknown-provider` for a provider that this browser
 * lacks; `invalid-option`; `engine-failed` if its WebAssembly files cannot be loaded; `aborted`
 * @example
 * ```ts
 * import { hostTensor } from '@limbeck/core';
 * import { webEngine } from '@limbeck/runtime/web';
 * import { input, toOnnx } from '@limbeck/tensor';
 *
 * const engine = await webEngine({ threads: 1 });
 * const x = input('x', { dtype: 'float32', shape: ['batch'] });
 * const runner = await engine.load(toOnnx({ y: x.mul(2) }));
 * const { y } = await runner.run({ x: hostTensor('float32', [3], [1, 2, 3]) });
 * console.log(y?.data.join(' ')); // 2 4 6
 * await engine.dispose();
 * ```
 */
export async function webEngine(options: WebEngineOptions = {}): Promise<Engine> {
  const { provider = 'wasm', wasmPaths, abortSignal } = options;
  const { optimization = 'all', memoryPattern = false } = options;
  checkOptimization('webEngine', optimization);
  if (abortSignal?.aborted === true) throw aborted('webEngine', abortSignal);
  const known = webProviders();
  const found = known.find(({ name }) => name === provider);
  if (found === undefined || found.needs !== undefined) {
    throw providerError('webEngine', provider, known);
  }
  const ort = options.ort ?? (await loadOnnxruntimeWeb(provider));
  const threads = fixThreads(ort, options.threads);
  if (wasmPaths !== undefined) ort.env.wasm.wasmPaths = wasmPaths;
  const inTurn = inTurnOf(ort.env);
  const open = (bytes: Uint8Array): Promise<InferenceSession> =>
    ort.InferenceSession.create(bytes, {
      executionProviders: [provider],
      graphOptimizationLevel: optimization,
      enableCpuMemArena: true,
      enableMemPattern: memoryPattern,
      // Warnings about initialisers nobody uses and the like tell a user nothing.
      logSeverityLevel: 3,
    });
  // The build's files are fetched with its first session: what is missing must be known before work starts.
  const { bytes } = toOnnx({ y: input('x', { dtype: 'float32', shape: [1] }).neg() });
  try {
    await inTurn(async () => (await open(bytes)).release());
  } catch (cause) {
    throw provider === 'wasm'
      ? notStarted(cause)
      : providerError('webEngine', provider, known, cause);
  }
  const create = (graph: Uint8Array): Promise<InferenceSession> =>
    open(graph).catch((cause: unknown) => {
      throw sessionError('load', cause);
    });
  const { Tensor } = ort;
  const traits = { Tensor, writesInto: false, profiling: false, inTurn };
  return new OrtEngine({ provider, threads, create, ...traits }, abortSignal);
}

function notStarted(cause: unknown): LimbeckError {
  const given = cause instanceof Error ? cause.message : String(cause);
  return new LimbeckError('engine-failed', {
    where: 'webEngine',
    given: `onnxruntime-web, which did not start: ${given}`,
    expected: 'its WebAssembly files where wasmPaths says, or else beside its script',
    next: 'Serve ort-wasm-simd-threaded.mjs and ort-wasm-simd-threaded.wasm there, then load the page again.',
    cause,
  });
}
