import type { OnnxGraph } from '@limbeck/tensor';
import type { InferenceSession } from 'onnxruntime-node';
import type { Engine, Runner } from '../engine.js';
import { bytesOf, graphFacts } from '../graph-facts.js';
import { hasKernels, kernelNames } from '../kernels/kernels.js';
import { Lifetime } from '../lifetime.js';
import { createRunner } from '../runner.js';
import { boundNames, specsFromMetadata, type ValueMetadata } from '../specs.js';
import { OrtSession, type OrtTraits, type SessionSpecs } from './ort-session.js';

/** A build of ONNX Runtime, set up: what an engine stands on. */
export interface OrtBinding extends OrtTraits {
  readonly provider: string;
  readonly threads: number;
  /** Makes a session. @throws LimbeckError why it could not be made */
  create(bytes: Uint8Array): Promise<InferenceSession>;
}

/** An engine whose sessions run where it is called. */
export class OrtEngine implements Engine {
  readonly provider: string;
  readonly threads: number;
  readonly kernels: readonly string[];
  readonly #binding: OrtBinding;
  readonly #abortSignal: AbortSignal | undefined;
  readonly #life: Lifetime;
  readonly #runners = new Set<Runner>();

  constructor(binding: OrtBinding, abortSignal?: AbortSignal) {
    this.provider = binding.provider;
    this.threads = binding.threads;
    // Elsewhere the state would leave the device for them on each step.
    this.kernels = ['cpu', 'wasm'].includes(binding.provider) && hasKernels() ? kernelNames : [];
    this.#binding = binding;
    this.#abortSignal = abortSignal;
    this.#life = new Lifetime('engine', abortSignal);
  }

  load(graph: Uint8Array | OnnxGraph): Promise<Runner> {
    return this.#life.use('load', async () => {
      const bytes = bytesOf(graph);
      const { batchedProducts } = graphFacts(bytes);
      const session = await this.#binding.inTurn(() => this.#binding.create(bytes));
      const specs = graph instanceof Uint8Array ? specsOf(session) : graph;
      const runner: Runner = createRunner(new OrtSession(session, specs, this.#binding), {
        batchedProducts,
        tail: graph instanceof Uint8Array ? undefined : graph.tail,
        abortSignal: this.#abortSignal,
        ended: () => this.#runners.delete(runner),
      });
      this.#runners.add(runner);
      return runner;
    });
  }

  dispose(): Promise<void> {
    return this.#life.end(async () => {
      await Promise.all([...this.#runners].map((runner) => runner.dispose()));
      this.#runners.clear();
    });
  }
}

function specsOf(session: InferenceSession): SessionSpecs {
  const inputs = session.inputMetadata as readonly ValueMetadata[];
  const outputs = session.outputMetadata as readonly ValueMetadata[];
  const bound = boundNames(inputs);
  return { inputs: specsFromMetadata(inputs, bound), outputs: specsFromMetadata(outputs, bound) };
}
