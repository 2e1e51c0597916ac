import type { DType, HostTensor, TensorData } from '@limbeck/core';
import type { InferenceSession, Tensor, TensorConstructor } from 'onnxruntime-node';
import type { HostTensors } from '../engine.js';
import type { Session } from '../session.js';
import { runError } from '../session-errors.js';

/** What the session is told of its inputs and outputs. */
export type SessionSpecs = Pick<Session, 'inputs' | 'outputs'>;

/** What differs between the builds of ONNX Runtime for JavaScript once a session is there. */
export interface OrtTraits {
  /** The class of the build's tensors. */
  readonly Tensor: TensorConstructor;
  /** Whether a run writes into tensors that it is given; the WASM build takes them and leaves them as they were. */
  readonly writesInto: boolean;
  /** Whether sessions write a profile, which has to be ended. */
  readonly profiling: boolean;
  /** Lets one call into the build run at a time, where it bears no more. */
  readonly inTurn: <R>(call: () => Promise<R>) => Promise<R>;
}

/**
 * Frees memory at once that nobody will read: the binding copies what it has written into tensors of ours, too, and a
 * step's worth of that would wait for the garbage collector many times over.
 */
function letGo(buffers: ArrayBufferLike[]): void {
  if (buffers.length > 0) structuredClone(null, { transfer: buffers as ArrayBuffer[] });
}

/** A session of onnxruntime-node or onnxruntime-web. */
export class OrtSession implements Session {
  readonly inputs: SessionSpecs['inputs'];
  readonly outputs: SessionSpecs['outputs'];
  readonly #session: InferenceSession;
  readonly #traits: OrtTraits;
  // State and constants are the same objects step after step; wrapping each once saves a microsecond a tensor.
  readonly #wrapped = new WeakMap<HostTensor, Tensor>();

  constructor(session: InferenceSession, specs: SessionSpecs, traits: OrtTraits) {
    this.inputs = specs.inputs;
    this.outputs = specs.outputs;
    this.#session = session;
    this.#traits = traits;
  }

  #wrap(value: HostTensor): Tensor {
    const found = this.#wrapped.get(value);
    if (found !== undefined) return found;
    const { dtype, shape, data } = value;
    // ONNX Runtime refuses shared memory as tensor data.
    const shared =
      typeof SharedArrayBuffer !== 'undefined' && data.buffer instanceof SharedArrayBuffer;
    const tensor = new this.#traits.Tensor(dtype, shared ? data.slice() : data, shape);
    if (!shared) this.#wrapped.set(value, tensor);
    return tensor;
  }

  async run(
    feeds: HostTensors,
    into: { readonly [output: string]: HostTensor | undefined },
  ): Promise<HostTensors> {
    const { writesInto, inTurn } = this.#traits;
    const inputs: { [name: string]: Tensor } = {};
    for (const name of Object.keys(this.inputs)) inputs[name] = this.#wrap(feeds[name]!);
    const fetches: { [name: string]: Tensor | null } = {};
    for (const name of Object.keys(into)) {
      const own = into[name];
      fetches[name] = own === undefined || !writesInto ? null : this.#wrap(own);
    }
    let results: InferenceSession.OnnxValueMapType;
    try {
      results = await inTurn(() => this.#session.run(inputs, fetches));
    } catch (cause) {
      throw runError('run', cause);
    }
    const found: { [name: string]: HostTensor } = {};
    const spare: ArrayBufferLike[] = [];
    for (const name of Object.keys(into)) {
      const own = into[name];
      const { type, dims, data } = results[name]!;
      if (own !== undefined && writesInto) {
        const { buffer } = data as Float32Array;
        if (buffer !== own.data.buffer) spare.push(buffer);
        continue;
      }
      if (own === undefined) {
        found[name] = { dtype: type as DType, shape: dims, data: data as TensorData };
      } else {
        (own.data as Float32Array).set(data as Float32Array);
      }
    }
    letGo(spare);
    return found;
  }

  async release(): Promise<void> {
    if (this.#traits.profiling) this.#session.endProfiling();
    await this.#traits.inTurn(() => this.#session.release());
  }
}
