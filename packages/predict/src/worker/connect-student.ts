import { isLimbeckError, LimbeckError } from '@limbeck/core';
import type { StudentConfig } from '../config.js';
import type { Explanation } from '../explain.js';
import type { Prediction } from '../prediction.js';
import { checkTexts } from '../read-text.js';
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
  #disposing: Promise<void> | undefined;

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
    checkTexts(texts);
    const answer = await this.#ask({ kind: 'predict', texts: [...texts] }, options.abortSignal);
    return answer as readonly Prediction<string>[];
  }

  async explain(text: string, options: ExplainOptions<string> = {}): Promise<Explanation<string>> {
    const { abortSignal, ...rest } = options;
    const answer = await this.#ask({ kind: 'explain', text, options: rest }, abortSignal);
    return answer as Explanation<string>;
  }

  dispose(): Promise<void> {
    // All callers wait for the one end.
    return (this.#disposing ??= this.#ended === undefined ? this.#letGo() : Promise.resolve());
  }

  async #letGo(): Promise<void> {
    try {
      await this.#send(++this.#last, { kind: 'dispose' });
    } catch (error) {
      // A thread that ends on the way holds nothing any more.
      if (!isLimbeckError(error, 'disposed')) throw error;
    }
  }

  #wait(id: number): Promise<unknown> {
    // Only a call in flight keeps a process of Node alive, not a student that was never disposed of.
    this.#port.ref?.();
    return new Promise((resolve, reject) => this.#waiting.set(id, { resolve, reject }));
  }

  async #ask(question: Question, abortSignal?: AbortSignal): Promise<unknown> {
    if (this.#disposing !== undefined) throw disposed();
    if (this.#ended !== undefined) throw this.#ended;
    if (abortSignal?.aborted === true) throw aborted(0, 'the texts', abortSignal);
    const id = ++this.#last;
    const abort = (): void => this.#port.postMessage({ kind: 'abort', id } satisfies Request, []);
    abortSignal?.addEventListener('abort', abort, { once: true });
    try {
      return await this.#send(id, question);
    } finally {
      abortSignal?.removeEventListener('abort', abort);
    }
  }

  /** Posts a question; the answer to it. */
  #send(id: number, question: Question): Promise<unknown> {
    const answer = this.#wait(id);
    try {
      this.#port.postMessage({ ...question, id }, []);
    } catch (cause) {
      this.#take(id)!.reject(unsendable(cause));
    }
    return answer;
  }

  /** Who waits for an answer, and waits no longer. */
  #take(id: number): Waiting | undefined {
    const waiting = this.#waiting.get(id);
    this.#waiting.delete(id);
    if (this.#waiting.size === 0) this.#port.unref?.();
    return waiting;
  }

  #receive(response: Response): void {
    const waiting = this.#take(response.id);
    if ('error' in response) waiting?.reject(received(response.error));
    else waiting?.resolve(response.value);
  }

  #end(cause: unknown): void {
    this.#ended ??= this.#disposing === undefined ? ended(cause) : disposed();
    for (const waiting of this.#waiting.values()) waiting.reject(this.#ended);
    this.#waiting.clear();
  }
}

/** The error of a worker that ended by itself. */
function ended(cause: unknown): LimbeckError {
  return new LimbeckError('worker-failed', {
    where: 'connectStudent',
    given: cause instanceof Error ? cause.message : String(cause),
    expected: 'a worker that goes on until dispose()',
    next: 'Look at the log of the worker, and connect again with a new one.',
    cause,
  });
}

/** The error of what cannot be cloned, which only callers without types pass. */
function unsendable(cause: unknown): LimbeckError {
  return new LimbeckError('invalid-data', {
    where: 'predict',
    given: cause instanceof Error ? cause.message : String(cause),
    expected: 'texts',
    next: 'Leave out what is no text.',
    cause,
  });
}
