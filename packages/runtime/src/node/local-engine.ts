import type { OnnxGraph } from '@limbeck/tensor';
import type * as Onnxruntime from 'onnxruntime-node';
import type { Engine, Runner } from '../engine.js';
import { graphFacts } from '../graph-facts.js';
import { Lifetime } from '../lifetime.js';
import { createRunner } from '../runner.js';
import { providerError, sessionError } from '../session-errors.js';
import { boundNames, specsFromMetadata, type ValueMetadata } from '../specs.js';
import { loadOnnxruntime, type OnnxruntimeModule } from './onnxruntime.js';
import type { EngineSettings } from './options.js';
import { OrtSession, type SessionSpecs } from './ort-session.js';

/** An engine whose sessions run on the thread that calls it. */
class LocalEngine implements Engine {
  readonly provider: string;
  readonly threads: number;
  readonly #ort: OnnxruntimeModule;
  readonly #settings: EngineSettings;
  readonly #abortSignal: AbortSignal | undefined;
  readonly #life: Lifetime;
  readonly #runners = new Set<Runner>();

  constructor(ort: OnnxruntimeModule, settings: EngineSettings, abortSignal?: AbortSignal) {
    this.provider = settings.provider;
    this.threads = settings.threads;
    this.#ort = ort;
    this.#settings = settings;
    this.#abortSignal = abortSignal;
    this.#life = new Lifetime('engine', abortSignal);
  }

  load(graph: Uint8Array | OnnxGraph): Promise<Runner> {
    return this.#life.use('load', async () => {
      const bytes = graph instanceof Uint8Array ? graph : graph.bytes;
      const { batchedProducts } = graphFacts(bytes);
      const session = await this.#create(bytes);
      const specs = graph instanceof Uint8Array ? specsOf(session) : graph;
      const profiling = this.#settings.profile !== undefined;
      const runner = createRunner(new OrtSession(this.#ort, session, specs, profiling), {
        batchedProducts,
        abortSignal: this.#abortSignal,
      });
      this.#runners.add(runner);
      return runner;
    });
  }

  async #create(bytes: Uint8Array): Promise<Onnxruntime.InferenceSession> {
    const { provider } = this.#settings;
    try {
      return await this.#ort.InferenceSession.create(bytes, sessionOptions(this.#settings));
    } catch (cause) {
      if (provider !== 'cpu' && isProviderFault(cause)) {
        throw providerError(provider, providerNames(this.#ort), cause);
      }
      throw sessionError('load', cause);
    }
  }

  dispose(): Promise<void> {
    return this.#life.end(async () => {
      await Promise.all([...this.#runners].map((runner) => runner.dispose()));
      this.#runners.clear();
    });
  }
}

function sessionOptions(settings: EngineSettings): Onnxruntime.InferenceSession.SessionOptions {
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

const isProviderFault = (cause: unknown): boolean =>
  /Failed to load shared library|WebGPU adapter|webgpu_context|no available backend/i.test(
    cause instanceof Error ? cause.message : String(cause),
  );

function specsOf(session: Onnxruntime.InferenceSession): SessionSpecs {
  const inputs = session.inputMetadata as readonly ValueMetadata[];
  const outputs = session.outputMetadata as readonly ValueMetadata[];
  const bound = boundNames(inputs);
  return { inputs: specsFromMetadata(inputs, bound), outputs: specsFromMetadata(outputs, bound) };
}

function providerNames(ort: OnnxruntimeModule): string[] {
  return ort.listSupportedBackends().map(({ name }) => name);
}

/** An engine on this thread. @throws LimbeckError `engine-missing`, `engine-failed`, `unknown-provider` */
export async function localEngine(
  settings: EngineSettings,
  abortSignal?: AbortSignal,
): Promise<Engine> {
  const ort = await loadOnnxruntime();
  const available = providerNames(ort);
  if (!available.includes(settings.provider)) throw providerError(settings.provider, available);
  return new LocalEngine(ort, settings, abortSignal);
}
