import { input, toOnnx } from '@limbeck/tensor';
import type { InferenceSession } from 'onnxruntime-node';
import type { Engine } from '../engine.js';
import { OrtEngine } from '../ort/ort-engine.js';
import { type Provider, providerError, sessionError } from '../session-errors.js';
import { loadOnnxruntime, type OnnxruntimeModule } from './onnxruntime.js';
import type { EngineSettings } from './options.js';
import { providerNames } from './providers.js';

function sessionOptions(settings: EngineSettings): InferenceSession.SessionOptions {
  const { threads, provider, optimization, memoryPattern, profile } = settings;
  return {
    executionProviders: [provider],
    intraOpNumThreads: threads,
    graphOptimizationLevel: optimization,
    enableCpuMemArena: true,
    enableMemPattern: memoryPattern,
    // Warnings about initialisers nobody uses and the like tell a user nothing.
    logSeverityLevel: 3,
    // Spinning threads make a step 2.6 times slower as soon as any other process is busy.
    extra: { session: { intra_op: { allow_spinning: '0' } } },
    ...(profile === undefined ? {} : { enableProfiling: true, profileFilePrefix: profile }),
  };
}

/** Starts a provider on the smallest of graphs, so that one which cannot is refused before any work is done. */
async function tryProvider(
  ort: OnnxruntimeModule,
  provider: string,
  known: readonly Provider[],
): Promise<void> {
  const { bytes } = toOnnx({ y: input('x', { dtype: 'float32', shape: [1] }).neg() });
  try {
    const session = await ort.InferenceSession.create(bytes, {
      executionProviders: [provider],
      logSeverityLevel: 4,
    });
    await session.release();
  } catch (cause) {
    throw providerError('nodeEngine', provider, known, cause);
  }
}

/** An engine on this thread. @throws LimbeckError `engine-missing`, `engine-failed`, `unknown-provider` */
export async function localEngine(
  settings: EngineSettings,
  abortSignal?: AbortSignal,
): Promise<Engine> {
  const ort = await loadOnnxruntime();
  const { provider, threads, profile } = settings;
  const available = providerNames(ort);
  if (!available.some(({ name }) => name === provider)) {
    throw providerError('nodeEngine', provider, available);
  }
  const options = sessionOptions(settings);
  if (provider !== 'cpu') await tryProvider(ort, provider, available);
  const create = async (bytes: Uint8Array): Promise<InferenceSession> => {
    try {
      return await ort.InferenceSession.create(bytes, options);
    } catch (cause) {
      throw sessionError('load', cause);
    }
  };
  const binding = {
    provider,
    threads,
    create,
    Tensor: ort.Tensor,
    writesInto: true,
    profiling: profile !== undefined,
    inTurn: <R>(call: () => Promise<R>): Promise<R> => call(),
  };
  return new OrtEngine(binding, abortSignal);
}
