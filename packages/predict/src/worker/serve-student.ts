import type { Student } from '../student.js';
import { type Loaded, posted, type Request, type Response } from './messages.js';
import { listen, type StudentPort } from './port.js';

/**
 * Lets another thread use a student that is loaded in this one; {@link connectStudent} is its other side.
 *
 * @param port - The way to the other thread: `self` in a Web Worker, `parentPort` in a worker of Node.
 * @param load - Loads the student.
 * @example
 * ```ts no-run
 * // student-worker.js, a module worker of a page
 * import { loadStudent, serveStudent } from '@limbeck/predict/web';
 *
 * declare const self: import('@limbeck/predict/web').StudentPort;
 * serveStudent(self, () => loadStudent('/student/'));
 * ```
 */
export function serveStudent(port: StudentPort, load: () => Promise<Student>): void {
  const post = (response: Response): void => port.postMessage(response, []);
  const running = new Map<number, AbortController>();
  const student = load();
  const answer = async (request: Exclude<Request, { kind: 'abort' }>): Promise<unknown> => {
    const loaded = await student;
    if (request.kind === 'dispose') return loaded.dispose();
    const controller = new AbortController();
    running.set(request.id, controller);
    const abortSignal = controller.signal;
    try {
      return request.kind === 'predict'
        ? await loaded.predict(request.texts, { abortSignal })
        : await loaded.explain(request.text, { ...request.options, abortSignal });
    } finally {
      running.delete(request.id);
    }
  };
  listen(port, (data) => {
    const request = data as Request;
    if (request.kind === 'abort') return running.get(request.id)?.abort();
    const { id } = request;
    answer(request).then(
      (value) => post({ id, value }),
      (error: unknown) => post({ id, error: posted(error) }),
    );
  });
  student.then(
    ({ config, engine }) => post({ id: 0, value: { config, engine } satisfies Loaded }),
    (error: unknown) => post({ id: 0, error: posted(error) }),
  );
}
