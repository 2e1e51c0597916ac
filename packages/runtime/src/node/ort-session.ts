import type { DType, HostTensor, TensorData } from '@limbeck/core';
import type * as Onnxruntime from 'onnxruntime-node';
import type { HostTensors } from '../engine.js';
import type { Session } from '../session.js';
import { runError } from '../session-errors.js';
import type { OnnxruntimeModule } from './onnxruntime.js';

/** What the session is told of its inputs and outputs. */
export type SessionSpecs = Pick<Session, 'inputs' | 'outputs'>;

/** A session of onnxruntime-node. */
export class OrtSession implements Session {
  readonly inputs: SessionSpecs['inputs'];
  readonly outputs: SessionSpecs['outputs'];
  readonly #ort: OnnxruntimeModule;
  readonly #session: Onnxruntime.InferenceSession;
  readonly #profiling: boolean;
  // State and constants are the same objects step after step; wrapping each once saves a microsecond a tensor.
  readonly #wrapped = new WeakMap<HostTensor, Onnxruntime.Tensor>();

  constructor(
    ort: OnnxruntimeModule,
    session: Onnxruntime.InferenceSession,
    specs: SessionSpecs,
    profiling: boolean,
  ) {
    this.inputs = specs.inputs;
    this.outputs = specs.outputs;
    this.#ort = ort;
    this.#session = session;
    this.#profiling = profiling;
  }

  #wrap(value: HostTensor): Onnxruntime.Tensor {
    const found = this.#wrapped.get(value);
    if (found !== undefined) return found;
    const { dtype, shape, data } = value;
    // ONNX Runtime refuses shared memory as tensor data.
    const shared =
      typeof SharedArrayBuffer !== 'undefined' && data.buffer instanceof SharedArrayBuffer;
    const tensor = new this.#ort.Tensor(dtype, shared ? data.slice() : data, shape);
    if (!shared) this.#wrapped.set(value, tensor);
    return tensor;
  }

  async run(
    feeds: HostTensors,
    into: { readonly [output: string]: HostTensor | undefined },
  ): Promise<HostTensors> {
    const inputs: { [name: string]: Onnxruntime.Tensor } = {};
    for (const name of Object.keys(this.inputs)) inputs[name] = this.#wrap(feeds[name]!);
    const fetches: { [name: string]: Onnxruntime.Tensor | null } = {};
    for (const name of Object.keys(into)) {
      const own = into[name];
      fetches[name] = own === undefined ? null : this.#wrap(own);
    }
    let results: Onnxruntime.InferenceSession.OnnxValueMapType;
    try {
      results = await this.#session.run(inputs, fetches);
    } catch (cause) {
      throw runError('run', cause);
    }
    const found: { [name: string]: HostTensor } = {};
    for (const name of Object.keys(into)) {
      if (into[name] !== undefined) continue;
      const { type, dims, data } = results[name]!;
      found[name] = { dtype: type as DType, shape: dims, data: data as TensorData };
    }
    return found;
  }

  async release(): Promise<void> {
    if (this.#profiling) this.#session.endProfiling();
    await this.#session.release();
  }
}
