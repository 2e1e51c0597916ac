import { LimbeckError } from '@limbeck/core';
import { parseConfig } from './config.js';
import type { StudentFiles } from './student.js';

/** Which of a student's ONNX files to load. */
export type Precision = 'float32' | 'int8' | 'int4';

/** Where each file lies in the folder. */
const models: { readonly [P in Precision]: string } = {
  float32: 'onnx/model.onnx',
  int8: 'onnx/model_quantized.onnx',
  int4: 'onnx/model_q4.onnx',
};

/**
 * A student's files out of a folder, wherever that is: only those that the student needs are read.
 *
 * @param read - Reads a file of the folder by its path.
 * @throws LimbeckError `invalid-option` for a precision that there is not; and as `parseConfig` and `read`
 */
export async function filesOf(
  precision: Precision,
  read: (name: string) => Promise<Uint8Array>,
): Promise<StudentFiles> {
  if (!Object.hasOwn(models, precision)) {
    throw new LimbeckError('invalid-option', {
      where: 'loadStudent',
      given: `precision ${JSON.stringify(precision)}`,
      expected: Object.keys(models).join(', '),
      next: "Use 'float32', or leave it out.",
    });
  }
  const text = async (name: string): Promise<string> => new TextDecoder().decode(await read(name));
  const config = await text('config.json');
  const model = await read(models[precision]);
  if (parseConfig(config).inputs === 'bytes') return { config, model };
  const [tokenizer, tokenizerConfig] = [
    await text('tokenizer.json'),
    await text('tokenizer_config.json'),
  ];
  return { config, model, tokenizer, tokenizerConfig };
}

/** The error of a folder that lacks a file. */
export function missingFile(folder: string, name: string, cause: unknown): LimbeckError {
  return new LimbeckError('data-missing', {
    where: 'loadStudent',
    given: `${folder} without ${name}`,
    expected:
      'a student folder: config.json, onnx/model.onnx and, for int8, onnx/model_quantized.onnx',
    next: 'Check the path, or export the student again.',
    cause,
  });
}

/** Reads files below an address, with `fetch`. */
export function fetching(
  folder: string | URL,
  abortSignal?: AbortSignal,
): (name: string) => Promise<Uint8Array> {
  const base = String(folder);
  const [address, query = ''] = base.split(/(?=[?#])/, 2) as [string, string?];
  return async (name) => {
    const url = `${address.replace(/\/*$/, '/')}${name}${query}`;
    let response: Response;
    try {
      response = await fetch(url, abortSignal === undefined ? {} : { signal: abortSignal });
    } catch (cause) {
      throw missingFile(base, name, cause);
    }
    if (!response.ok) throw missingFile(base, name, new Error(`${response.status} at ${url}`));
    return new Uint8Array(await response.arrayBuffer());
  };
}

/** Whether a source is files that are already read, and no place. */
export function isFiles(source: string | URL | StudentFiles): source is StudentFiles {
  return typeof source === 'object' && !(source instanceof URL);
}
