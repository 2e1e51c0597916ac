import { checkWhole, LimbeckError } from '@limbeck/core';
import type { ByteBatch } from './encode.js';

/** A student's graph, ready to run. */
export interface StudentSession {
  /**
   * Runs one batch.
   *
   * @returns The logits, `[batch, labels]`, row-major.
   */
  run(batch: ByteBatch, size: number): Promise<Float32Array>;
  /** Lets the engine's memory go. */
  dispose(): Promise<void>;
  /** What runs the graph, such as `onnxruntime` or `plain`. @defaultValue 'own' */
  readonly engine?: string;
}

/** Makes a session from the bytes of an ONNX file. */
export type SessionFactory = (model: Uint8Array) => Promise<StudentSession>;

/** As much of a tensor of ONNX Runtime as is used here. */
export interface OnnxTensor {
  /** Such as `float32`. */
  readonly type: string;
  /** The values, row-major. */
  readonly data: unknown;
  /** The sizes. */
  readonly dims: readonly number[];
}

/** As much of a session of ONNX Runtime as is used here. */
export interface OnnxSession {
  /** The names of the graph's inputs. */
  readonly inputNames: readonly string[];
  /** The names of the graph's outputs. */
  readonly outputNames: readonly string[];
  /** Runs the graph. */
  run(
    feeds: { readonly [name: string]: OnnxTensor },
    fetches: readonly string[],
  ): Promise<{ readonly [name: string]: OnnxTensor }>;
  /** Frees it. */
  release(): Promise<void>;
}

/** As much of `onnxruntime-node` or `onnxruntime-web` as is used here. */
export interface OnnxRuntime {
  /** Makes sessions. */
  readonly InferenceSession: {
    create(model: Uint8Array, options: { readonly [name: string]: unknown }): Promise<OnnxSession>;
  };
  /** Makes tensors. */
  readonly Tensor: {
    /** Makes one, on the CPU. */
    new (type: 'int64', data: BigInt64Array, dims: readonly number[]): OnnxTensor;
  };
}

/** Options of {@link onnxSessions}. */
export interface OnnxSessionOptions {
  /** How many threads share one batch. Small students are fastest with one. @defaultValue 1 */
  readonly threads?: number;
}

/**
 * A session factory over ONNX Runtime, for Node or for a browser.
 *
 * @throws LimbeckError `invalid-option` for less than one thread; `corrupt-onnx`, when called, if the engine refuses the file or it lacks the inputs
 * `input_ids` and `attention_mask` or the output `logits`; `engine-failed` if a run fails.
 * @example
 * ```ts no-run
 * import { loadStudentFrom, onnxSessions } from '@limbeck/predict';
 * import * as ort from 'onnxruntime-node'; // or 'onnxruntime-web'
 *
 * const [config, model] = await Promise.all([
 *   fetch('student/config.json').then((response) => response.text()),
 *   fetch('student/onnx/model_quantized.onnx').then((response) => response.arrayBuffer()),
 * ]);
 * const student = await loadStudentFrom({ config, model: new Uint8Array(model) }, onnxSessions(ort));
 * ```
 */
export function onnxSessions(
  runtime: OnnxRuntime,
  options: OnnxSessionOptions = {},
): SessionFactory {
  const { threads = 1 } = options;
  checkWhole(
    'onnxSessions',
    { threads },
    1,
    'Use 1 for small students, or as many as there are cores.',
  );
  return async (model) => {
    const session = await create(runtime, model, threads);
    const wantsTypes = session.inputNames.includes(typeInput);
    return {
      engine: 'onnxruntime',
      async run({ inputIds, attentionMask, tokens }, size) {
        const dims = [size, tokens];
        const feeds = {
          input_ids: new runtime.Tensor('int64', inputIds, dims),
          attention_mask: new runtime.Tensor('int64', attentionMask, dims),
          ...(wantsTypes && {
            [typeInput]: new runtime.Tensor('int64', new BigInt64Array(inputIds.length), dims),
          }),
        };
        try {
          const { logits } = await session.run(feeds, ['logits']);
          if (logits?.data instanceof Float32Array) return logits.data;
          throw new TypeError(`logits of type ${logits?.type ?? 'none'}`);
        } catch (cause) {
          throw runFailed('ONNX Runtime', size, tokens, cause);
        }
      },
      dispose: () => session.release(),
    };
  };
}

async function create(
  runtime: OnnxRuntime,
  model: Uint8Array,
  threads: number,
): Promise<OnnxSession> {
  let session: OnnxSession;
  try {
    session = await runtime.InferenceSession.create(model, {
      intraOpNumThreads: threads,
      interOpNumThreads: 1,
      // Threads that spin while they wait cost more than they save as soon as anything else runs.
      extra: { session: { intra_op: { allow_spinning: '0' } } },
    });
  } catch (cause) {
    throw corruptModel(`${model.length} bytes that ONNX Runtime refuses`, cause);
  }
  try {
    checkNames(session.inputNames, session.outputNames);
    return session;
  } catch (error) {
    await session.release();
    throw error;
  }
}

/** What models of sentence pairs take beside: 0 everywhere for one text. */
export const typeInput = 'token_type_ids';

/** Refuses graphs that take or give something else. @throws LimbeckError `corrupt-onnx` */
export function checkNames(inputs: readonly string[], outputs: readonly string[]): void {
  const fed = ['input_ids', 'attention_mask'];
  const missing = fed.filter((name) => !inputs.includes(name));
  if (!outputs.includes('logits')) missing.push('logits');
  if (missing.length > 0) throw corruptModel(`a graph without ${missing.join(' and ')}`);
  const more = inputs.filter((name) => !fed.includes(name) && name !== typeInput);
  if (more.length > 0) throw corruptModel(`a graph that also takes ${more.join(' and ')}`);
}

/** The error of a batch at which an engine failed. */
export function runFailed(
  engine: string,
  size: number,
  tokens: number,
  cause: unknown,
): LimbeckError {
  return new LimbeckError('engine-failed', {
    where: 'predict',
    given: `a batch of ${size} x ${tokens} tokens, at which ${engine} failed`,
    expected: 'float32 logits',
    next: "Try the texts one by one to find the one at fault; the cause has the engine's words.",
    cause,
  });
}

/** The error of a file that is no student's. */
export function corruptModel(given: string, cause?: unknown): LimbeckError {
  return new LimbeckError('corrupt-onnx', {
    where: 'loadStudent',
    given,
    expected: 'an ONNX file with inputs input_ids and attention_mask and the output logits',
    next: 'Export the student again, or copy the folder again.',
    cause,
  });
}
