// Lives in a Web Worker: trains there, so that the page stays alive, and answers what is typed.
import { isLimbeckError } from '@limbeck/core';
import { loadStudentFrom, onnxSessions, type OnnxRuntime, type Student } from '@limbeck/predict';
import type { Engine } from '@limbeck/runtime';
import { webEngine } from '@limbeck/runtime/web';
import type { Report, Request, Trained } from './messages.js';
import { trainStudent } from './train-student.js';

/** As much of a worker's global scope as is used here. */
interface Scope {
  postMessage(report: Report, transferables: []): void;
  addEventListener(kind: 'message', listener: (event: { readonly data: Request }) => void): void;
}
const scope = globalThis as unknown as Scope;
const say = (report: Report): void => scope.postMessage(report, []);

let engine: Promise<Engine> | undefined;
let student: Student | undefined;
let text = '';
let stopping: AbortController | undefined;
let predicting: Promise<void> | undefined;

scope.addEventListener('message', ({ data }) => {
  void answer(data).catch((error: unknown) => say(failed(error)));
});

async function answer(request: Request): Promise<void> {
  if (request.kind === 'stop') return stopping?.abort();
  if (request.kind === 'text') {
    text = request.text;
    // While it learns, the next evaluation answers: onnxruntime-web does one thing at a time.
    return stopping === undefined ? predict() : undefined;
  }
  if (stopping !== undefined) return;
  stopping = new AbortController();
  try {
    await predicting;
    await student?.dispose();
    student = undefined;
    // One thread runs in every page, with whatever headers it is served.
    engine ??= webEngine({ threads: 1 });
    const trained = await trainStudent(request.rows, {
      engine: await engine,
      seed: request.seed,
      report: say,
      watched: () => text,
      breathe: nextTask,
      abortSignal: stopping.signal,
    });
    if (trained === undefined) return say({ kind: 'stopped' });
    student = await load(trained);
    say({ kind: 'trained', ...trained });
  } finally {
    stopping = undefined;
  }
  await predict();
}

/** The student as anybody will load it: from its files. */
async function load({ files, labels }: Trained): Promise<Student> {
  // The build that the engine runs on: loaded already.
  const ort = await import('onnxruntime-web/wasm');
  const config = new TextDecoder().decode(files['config.json']);
  const model = files['onnx/model.onnx']!;
  return loadStudentFrom({ config, model }, onnxSessions(ort as unknown as OnnxRuntime), {
    labels,
  });
}

/** Answers the newest text: one at a time, and what was typed over meanwhile is not asked any more. */
function predict(): Promise<void> {
  predicting ??= predictNewest().finally(() => {
    predicting = undefined;
  });
  return predicting;
}

async function predictNewest(): Promise<void> {
  for (let asked = ''; student !== undefined && text !== '' && text !== asked;) {
    asked = text;
    await predictOnce(student, asked);
  }
}

async function predictOnce(own: Student, asked: string): Promise<void> {
  const started = performance.now();
  const [answered] = await own.predict([asked]);
  const milliseconds = performance.now() - started;
  const { labels } = own;
  const probabilities = Object.values<number>(answered!.probabilities);
  say({ kind: 'answer', text: asked, labels, probabilities, milliseconds });
}

function failed(error: unknown): Report {
  if (!isLimbeckError(error)) {
    const message = error instanceof Error ? error.message : String(error);
    return { kind: 'failed', message, next: 'Load the page again and try once more.' };
  }
  const { given, expected, next } = error;
  return { kind: 'failed', message: `Given ${given}; expected ${expected}.`, next };
}

/** Lets other messages through: a timer would wait some milliseconds each time. */
function nextTask(): Promise<void> {
  return new Promise((resolve) => {
    const { port1, port2 } = new MessageChannel();
    port1.addEventListener('message', () => {
      port1.close();
      resolve();
    });
    port1.start();
    port2.postMessage(undefined);
  });
}
