import { LimbeckError } from '@limbeck/core';
import type { StudentConfig } from '../config.js';
import type { Explanation } from '../explain.js';
import type { Prediction } from '../prediction.js';
import { aborted, disposed } from '../student-errors.js';
import type { ExplainOptions, PredictOptions, Student } from '../student.js';
import { type Loaded, received, type Request, type Response } from './messages.js';
import { listen, type StudentPort } from './port.js';

interface Waiting {
  resolve(value: unknown): void;
  reject(error: unknown): void;
}

/** A question without its number. */
type Question =
  | Omit<Extract<Request, { kind: 'predict' }>, 'id'>
  | Omit<Extract<Request, { kind: 'explain' }>, 'id'>
  | Omit<Extract<Request, { kind: 'dispose' }>, 'id'>;

/**
 * A student that lives in another thread, where {@link serveStudent} serves it: it is used like one that is loaded here,
 * and this thread stays free. Types of labels and fields are the caller's word.
 *
 * @param port - The way to the other thread: a `Worker`, or a `MessagePort`.
 * @throws LimbeckError as the loading over there; `worker-failed` if that thread ends or fails
 * @example
 * ```ts no-run
 * import { connectStudent, type StudentPort } from '@limbeck/predict/web';
 *
 * declare const Worker: new (url: URL, options: { type: 'module' }) => StudentPort;
 * const worker = new Worker(new URL('./student-worker.js', import.meta.url), { type: 'module' });
 * const student = await connectStudent<'css' | 'html'>(worker);
 * console.log(await student.predict(['a { color: red }']));
 * ```
 */
export async function connectStudent<Label extends string = string, Fields extends object = object>(
  port: StudentPort,
): Promise<Student<Label, Fields>> {
  const student = new FarStudent(port);
  await student.loaded;
  return student as Student as unknown as Student<Label, Fields>;
}

class FarStudent implements Student {
  readonly loaded: Promise<void>;
  readonly #port: StudentPort;
  readonly #waiting = new Map<number, Waiting>();
  #last = 0;
  #about: Loaded | undefined;
  #ended: LimbeckError | undefined;
  #isDisposed = false;

  constructor(port: StudentPort) {
    this.#port = port;
    this.loaded = this.#wait(0).then((value) => void (this.#about = value as Loaded));
    listen(
      port,
      (data) => this.#receive(data as Response),
      (cause) => this.#end(cause),
    );
  }

  get config(): StudentConfig {
    return this.#about!.config;
  }

  get labels(): readonly string[] {
    return this.config.labels;
  }

  get engine(): string {
    return this.#about!.engine;
  }

  async predict(
    texts: readonly string[],
    options: PredictOptions = {},
  ): Promise<readonly Prediction<string>[]> {
    const answer = await this.#ask({ kind: 'predict', texts: [...texts] }, options.abortSignal);
    return answer as readonly Prediction<string>[];
  }

  async explain(text: string, options: ExplainOptions<string> = {}): Promise<Explanation<string>> {
    const { abortSignal, ...rest } = options;
    const answer = await this.#ask({ kind: 'explain', text, options: rest }, abortSignal);
    return answer as Explanation<string>;
  }

  async dispose(): Promise<void> {
    if (this.#isDisposed) return;
    if (this.#ended === undefined) await this.#ask({ kind: 'dispose' });
    this.#isDisposed = true;
  }

  #wait(id: number): Promise<unknown> {
    // Only a call in flight keeps a process of Node alive, not a student that was never disposed of.
    this.#port.ref?.();
    return new Promise((resolve, reject) => this.#waiting.set(id, { resolve, reject }));
  }

  async #ask(question: Question, abortSignal?: AbortSignal): Promise<unknown> {
    if (this.#isDisposed) throw disposed();
    if (this.#ended !== undefined) throw this.#ended;
    if (abortSignal?.aborted === true) throw aborted(0, 'the texts', abortSignal);
    const id = ++this.#last;
    const abort = (): void => this.#port.postMessage({ kind: 'abort', id } satisfies Request, []);
    const answer = this.#wait(id);
    this.#port.postMessage({ ...question, id }, []);
    abortSignal?.addEventListener('abort', abort, { once: true });
    try {
      return await answer;
    } finally {
      abortSignal?.removeEventListener('abort', abort);
    }
  }

  #receive(response: Response): void {
    const waiting = this.#waiting.get(response.id);
    this.#waiting.delete(response.id);
    if (this.#waiting.size === 0) this.#port.unref?.();
    if ('error' in response) waiting?.reject(received(response.error));
    else waiting?.resolve(response.value);
  }

  #end(cause: unknown): void {
    this.#ended ??= new LimbeckError('worker-failed', {
      where: 'connectStudent',
      given: cause instanceof Error ? cause.message : String(cause),
      expected: 'a worker that goes on until dispose()',
      next: 'Look at the log of the worker, and connect again with a new one.',
      cause,
    });
    for (const waiting of this.#waiting.values()) waiting.reject(this.#ended);
    this.#waiting.clear();
  }
}
