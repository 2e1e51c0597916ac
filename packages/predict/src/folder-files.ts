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
      'a student folder: config.json, the ONNX file of that precision and, for a student of tokens, both tokenizer files',
    next: 'Check the path, or export the student again.',
    cause,
  });
}

function fetchAborted(name: string, cause: unknown): LimbeckError {
  return new LimbeckError('aborted', {
    where: 'loadStudent',
    given: `an aborted signal before ${name} had come`,
    expected: 'time to fetch all files',
    next: 'Load the student again, without the signal.',
    cause,
  });
}

/** Reads files below an address, with `fetch`. @throws LimbeckError `data-missing` where a file does not come; `aborted` */
export function fetching(
  folder: string | URL,
  abortSignal?: AbortSignal,
): (name: string) => Promise<Uint8Array> {
  const base = String(folder);
  const [address, query = ''] = base.split(/(?=[?#])/, 2) as [string, string?];
  return async (name) => {
    const url = `${address.replace(/\/*$/, '/')}${name}${query}`;
    try {
      const response = await fetch(url, abortSignal === undefined ? {} : { signal: abortSignal });
      if (!response.ok) throw new Error(`${response.status} at ${url}`);
      return new Uint8Array(await response.arrayBuffer());
    } catch (cause) {
      if (abortSignal?.aborted === true) throw fetchAborted(name, cause);
      throw missingFile(base, name, cause);
    }
  };
}

/** Whether a source is files that are already read, and no place. */
export function isFiles(source: string | URL | StudentFiles): source is StudentFiles {
  return typeof source === 'object' && !(source instanceof URL);
}
