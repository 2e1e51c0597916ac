import { chooseEngine, type EngineChoice } from '../choose-engine.js';
import { fetching, filesOf, isFiles, type Precision } from '../folder-files.js';
import { loadPlain } from '../plain/load-plain.js';
import { onnxSessions, type OnnxSessionOptions } from '../session.js';
import {
  type KnownLabels,
  loadStudentFrom,
  type Student,
  type StudentFiles,
  type StudentOptions,
} from '../student.js';
import { loadOnnxRuntimeWeb, oneAtATime, type OnnxRuntimeWeb } from './onnxruntime-web.js';

/** Options of {@link loadStudent} in a browser. */
export interface WebStudentOptions<Label extends string, Fields extends object = object>
  extends StudentOptions<Label, Fields>, OnnxSessionOptions {
  /** `int8` is a quarter of the size, `int4` a sixth. @defaultValue 'float32' */
  readonly precision?: Precision;
  /** What runs the student. @defaultValue 'auto': onnxruntime-web where the page has it, else plain TypeScript */
  readonly engine?: EngineChoice;
  /** The build of onnxruntime-web to run on. @defaultValue `onnxruntime-web/wasm`, imported */
  readonly ort?: OnnxRuntimeWeb;
  /**
   * Where the WebAssembly files of onnxruntime-web are served; the first student of a page fixes it.
   * @defaultValue beside the script that was loaded
   */
  readonly wasmPaths?: string | { readonly mjs?: string | URL; readonly wasm?: string | URL };
  /** Ends the fetching of files. @defaultValue none */
  readonly abortSignal?: AbortSignal;
}

/**
 * Loads a student in a page or a Web Worker: its files are fetched, those alone that it needs.
 *
 * @param source - The address of the folder that `config.json` and `onnx/` lie in, or its files.
 * @throws LimbeckError `data-missing` for files that are not there; `corrupt-file`, `format-too-new`, `corrupt-onnx` for
 * files that are not a student's; `aborted` by the abort signal; `engine-missing`, `engine-failed`, `unknown-operator` from the engine; `shape-mismatch`
 * for a tokenizer that does not fit; `invalid-option` for labels or a schema that are not the student's.
 * @example
 * ```ts no-run
 * import { loadStudent } from '@limbeck/predict/web';
 *
 * const student = await loadStudent('/student', { labels: ['css', 'html'], precision: 'int8' });
 * const [first] = await student.predict(['a { color: red }']);
 * ```
 */
export async function loadStudent<
  const Label extends string = string,
  Fields extends object = object,
>(
  source: string | URL | StudentFiles,
  options: WebStudentOptions<Label, Fields> = {},
): Promise<Student<KnownLabels<Label, Fields>, Fields>> {
  const { precision = 'float32', engine = 'auto', threads = 1, ort, wasmPaths, ...own } = options;
  const { abortSignal, ...rest } = own;
  const files = isFiles(source) ? source : await filesOf(precision, fetching(source, abortSignal));
  const runtime = async () => {
    const module = ort ?? (await loadOnnxRuntimeWeb());
    if (wasmPaths !== undefined) module.env.wasm.wasmPaths = wasmPaths;
    // Threads need a page that is isolated; a single one always works.
    module.env.wasm.numThreads ??= threads;
    return oneAtATime(onnxSessions(module, { threads }));
  };
  return loadStudentFrom(files, await chooseEngine(engine, runtime, loadPlain), rest);
}
