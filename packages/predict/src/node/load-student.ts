import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { LimbeckError } from '@limbeck/core';
import { onnxSessions, type OnnxSessionOptions } from '../session.js';
import { loadStudentFrom, type Student, type StudentOptions } from '../student.js';
import { loadEngine } from './engine.js';

/** Which of a student's two files to load, and where it lies. */
const models = { float32: 'onnx/model.onnx', int8: 'onnx/model_quantized.onnx' } as const;

/** Options of {@link loadStudent}. */
export interface LoadStudentOptions<Label extends string>
  extends StudentOptions<Label>, OnnxSessionOptions {
  /** `int8` is a quarter of the size and usually faster. @defaultValue 'float32' */
  readonly precision?: 'float32' | 'int8';
}

/**
 * Loads a student's folder, as an export writes it, and runs it with `onnxruntime-node`.
 *
 * @param folder - The folder with `config.json` and `onnx/`.
 * @throws LimbeckError `data-missing` for a folder or file that is not there; `corrupt-file`, `format-too-new`,
 * `corrupt-onnx` for files that are not a student's; `engine-missing` without onnxruntime-node; `invalid-option` for
 * labels that are not the student's.
 * @example
 * ```ts no-run
 * import { loadStudent } from '@limbeck/predict/node';
 *
 * const student = await loadStudent('student', { labels: ['css', 'html'] });
 * const [first] = await student.predict(['a { color: red }']);
 * console.log(first?.label, first?.probabilities.css);
 * ```
 */
export async function loadStudent<const Label extends string = string>(
  folder: string,
  options: LoadStudentOptions<Label> = {},
): Promise<Student<Label>> {
  const { precision = 'float32', threads, ...rest } = options;
  const config = (await read(folder, 'config.json')).toString('utf8');
  const model = await read(folder, models[precision]);
  const engine = await loadEngine();
  return loadStudentFrom(
    { config, model },
    onnxSessions(engine, threads === undefined ? {} : { threads }),
    rest,
  );
}

async function read(folder: string, name: string): Promise<Buffer> {
  try {
    return await readFile(path.join(folder, name));
  } catch (cause) {
    throw new LimbeckError('data-missing', {
      where: 'loadStudent',
      given: `${folder} without ${name}`,
      expected:
        'a student folder: config.json, onnx/model.onnx and, for int8, onnx/model_quantized.onnx',
      next: 'Check the path, or export the student again.',
      cause,
    });
  }
}
