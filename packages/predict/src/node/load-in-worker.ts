import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import { checkRecordSchema } from '../record-schema.js';
import type { KnownLabels, Student, StudentFiles } from '../student.js';
import { connectStudent } from '../worker/connect-student.js';
import type { LoadStudentOptions } from './load-student.js';

/** Options of {@link loadStudentInWorker}: all of `loadStudent`'s but a module, which cannot be sent. */
export type WorkerStudentOptions<Label extends string, Fields extends object = object> = Omit<
  LoadStudentOptions<Label, Fields>,
  'tokenizers'
>;

/**
 * Loads a student in a thread of its own, so that this one goes on serving while it predicts: neither ONNX Runtime nor the
 * plain executor leaves the thread that it runs on free. `dispose()` ends the thread.
 *
 * @param source - As for `loadStudent`.
 * @throws LimbeckError as `loadStudent`; `worker-failed` if the thread ends
 * @example
 * ```ts no-run
 * import { loadStudentInWorker } from '@limbeck/predict/node';
 *
 * const student = await loadStudentInWorker('student', { labels: ['css', 'html'] });
 * console.log(await student.predict(['a { color: red }']));
 * await student.dispose();
 * ```
 */
export async function loadStudentInWorker<
  const Label extends string = string,
  Fields extends object = object,
>(
  source: string | URL | StudentFiles,
  options: WorkerStudentOptions<Label, Fields> = {},
): Promise<Student<KnownLabels<Label, Fields>, Fields>> {
  // A schema holds functions, which stay here.
  const { schema, ...rest } = options;
  // Flags of this process, such as a loader's, are not for the build.
  const worker = new Worker(workerFile(), {
    execArgv: [],
    workerData: { source: source instanceof URL ? source.href : source, options: rest },
  });
  const end = async (): Promise<void> => void (await worker.terminate());
  let ending: Promise<void> | undefined;
  try {
    const student = await connectStudent<KnownLabels<Label, Fields>, Fields>(worker);
    if (schema !== undefined) await checkRecordSchema(student.config, schema);
    const dispose = student.dispose.bind(student);
    const finish = async (): Promise<void> => {
      try {
        await dispose();
      } finally {
        await end();
      }
    };
    student.dispose = () => (ending ??= finish());
    return student;
  } catch (error) {
    await end();
    throw error;
  }
}

/** Where the worker's file lies: beside this one, or, when this is the source, in the build. */
function workerFile(): URL {
  const beside = new URL('./student-worker.js', import.meta.url);
  if (existsSync(fileURLToPath(beside))) return beside;
  return new URL('../../dist/node/student-worker.js', import.meta.url);
}
