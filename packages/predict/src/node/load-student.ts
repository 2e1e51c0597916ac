import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { chooseEngine, type EngineChoice } from '../choose-engine.js';
import { fetching, filesOf, isFiles, missingFile, type Precision } from '../folder-files.js';
import { loadPlain } from '../plain/load-plain.js';
import { onnxSessions, type OnnxSessionOptions } from '../session.js';
import {
  type KnownLabels,
  loadStudentFrom,
  type Student,
  type StudentFiles,
  type StudentOptions,
} from '../student.js';
import { loadEngine } from './engine.js';

/** Options of {@link loadStudent}. */
export interface LoadStudentOptions<Label extends string, Fields extends object = object>
  extends StudentOptions<Label, Fields>, OnnxSessionOptions {
  /** `int8` is a quarter of the size and usually faster, `int4` a sixth. @defaultValue 'float32' */
  readonly precision?: Precision;
  /** What runs the student. @defaultValue 'auto': onnxruntime-node where it is installed, else plain TypeScript */
  readonly engine?: EngineChoice;
}

/**
 * Loads a student, as an export writes it, and makes it ready to predict.
 *
 * @param source - A folder with `config.json` and `onnx/`, its address (`file:`, `http:`, `https:`), or its files.
 * @throws LimbeckError `data-missing` for a folder or file that is not there; `corrupt-file`, `format-too-new`,
 * `corrupt-onnx` for files that are not a student's; `engine-missing` without an engine; `unknown-operator` from the plain
 * executor; `shape-mismatch` for a tokenizer that does not fit; `invalid-option` for labels or a schema that are not the
 * student's.
 * @example
 * ```ts no-run
 * import { loadStudent } from '@limbeck/predict/node';
 *
 * const student = await loadStudent('student', { labels: ['css', 'html'] });
 * const [first] = await student.predict(['a { color: red }']);
 * console.log(first?.label, first?.probabilities.css);
 * ```
 */
export async function loadStudent<
  const Label extends string = string,
  Fields extends object = object,
>(
  source: string | URL | StudentFiles,
  options: LoadStudentOptions<Label, Fields> = {},
): Promise<Student<KnownLabels<Label, Fields>, Fields>> {
  const { precision = 'float32', engine = 'auto', threads, ...rest } = options;
  const files = isFiles(source) ? source : await filesOf(precision, reading(source));
  const settings = threads === undefined ? {} : { threads };
  const sessions = await chooseEngine(
    engine,
    async () => onnxSessions(await loadEngine(), settings),
    loadPlain,
  );
  return loadStudentFrom(files, sessions, rest);
}

function reading(source: string | URL): (name: string) => Promise<Uint8Array> {
  const place = String(source);
  if (/^https?:/.test(place)) return fetching(place);
  const folder = place.startsWith('file:') ? fileURLToPath(place) : place;
  return async (name) => {
    try {
      return await readFile(path.join(folder, name));
    } catch (cause) {
      throw missingFile(folder, name, cause);
    }
  };
}
