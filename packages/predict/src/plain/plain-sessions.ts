import { type HostTensor, isLimbeckError, LimbeckError } from '@limbeck/core';
import type * as TensorModule from '@limbeck/tensor';
import { checkNames, corruptModel, runFailed, type SessionFactory, typeInput } from '../session.js';

type PlainProgram = ReturnType<typeof TensorModule.plainProgram>;

/** As much of `@limbeck/tensor` as is used here. */
export type PlainTensor = Pick<typeof TensorModule, 'fromOnnx' | 'plainProgram'>;

/**
 * A session factory that runs a student's file in plain TypeScript, by the float32 executor of `@limbeck/tensor`: no
 * native code, no WebAssembly, and nothing to install but that package. It runs every operator that `fromOnnx` reads.
 *
 * @param tensor - The module `@limbeck/tensor`. @defaultValue it is imported
 * @throws LimbeckError `missing-dependency`, when called, without that package; `corrupt-onnx` for a damaged file, or one
 * that takes or gives something else; `unknown-operator` that lists all operators it cannot run
 * @example
 * ```ts no-run
 * import { loadStudentFrom } from '@limbeck/predict';
 * import { plainSessions } from '@limbeck/predict/plain';
 *
 * declare const files: { readonly config: string; readonly model: Uint8Array };
 * const student = await loadStudentFrom(files, plainSessions());
 * ```
 */
export function plainSessions(tensor?: PlainTensor): SessionFactory {
  return async (model) => {
    const program = programOf(model, tensor ?? (await loadTensor()));
    const wantsTypes = program.inputs[typeInput] !== undefined;
    return {
      engine: 'plain',
      async run({ inputIds, attentionMask, tokens }, size) {
        const shape = [size, tokens];
        const feed = (data: BigInt64Array): HostTensor => ({ dtype: 'int64', shape, data });
        try {
          const { logits } = program.run({
            input_ids: feed(inputIds),
            attention_mask: feed(attentionMask),
            ...(wantsTypes && { [typeInput]: feed(new BigInt64Array(inputIds.length)) }),
          });
          if (logits?.data instanceof Float32Array) return logits.data;
          throw new TypeError(`logits of type ${logits?.dtype ?? 'none'}`);
        } catch (cause) {
          throw runFailed('the plain executor', size, tokens, cause);
        }
      },
      async dispose() {},
    };
  };
}

/** A file's graph, ready to run. @throws LimbeckError `corrupt-onnx`, `unknown-operator` */
function programOf(model: Uint8Array, { fromOnnx, plainProgram }: PlainTensor): PlainProgram {
  try {
    const graph = fromOnnx(model);
    checkNames(Object.keys(graph.inputs), Object.keys(graph.outputs));
    const values = { ...graph.parameters, ...graph.state };
    return plainProgram({ logits: graph.outputs['logits']! }, { values });
  } catch (cause) {
    if (isLimbeckError(cause)) throw cause;
    // What a damaged file says can be more than memory holds.
    throw corruptModel(`${model.length} bytes whose graph cannot be made ready`, cause);
  }
}

/** Imports `@limbeck/tensor`. @throws LimbeckError `missing-dependency` */
export async function loadTensor(): Promise<PlainTensor> {
  try {
    return await import('@limbeck/tensor');
  } catch (cause) {
    throw new LimbeckError('missing-dependency', {
      where: 'plainSessions',
      given: 'a project without @limbeck/tensor',
      expected: 'the version that belongs to this @limbeck/predict',
      next: 'Run npm install @limbeck/tensor.',
      cause,
    });
  }
}
