import { LimbeckError } from '@limbeck/core';
import type { OnnxRuntime } from '../session.js';

/**
 * ONNX Runtime, which is an optional peer: whoever brings an engine of their own need not install it.
 *
 * @param load - Imports the module.
 * @throws LimbeckError `engine-missing`.
 */
export async function loadEngine(
  load: () => Promise<OnnxRuntime> = importRuntime,
): Promise<OnnxRuntime> {
  try {
    return await load();
  } catch (cause) {
    throw new LimbeckError('engine-missing', {
      where: 'loadStudent',
      given: 'a project in which onnxruntime-node cannot be imported',
      expected: 'version 1.30 or later',
      next: 'Run npm install onnxruntime-node, or npm install @limbeck/tensor to run without native code.',
      cause,
    });
  }
}

/** A CommonJS module: some engines offer its exports only as the default. */
async function importRuntime(): Promise<OnnxRuntime> {
  const module: OnnxRuntime & { readonly default?: OnnxRuntime } = await import('onnxruntime-node');
  return module.InferenceSession === undefined && module.default !== undefined
    ? module.default
    : module;
}
