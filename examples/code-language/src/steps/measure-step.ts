import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { Rng } from '@limbeck/core';
import { type LatencyMs, measureLatency } from '@limbeck/evaluators';
import { fileFacts } from '@limbeck/evaluators/node';
import type { PipelineStepContext } from '@limbeck/pipeline';
import { loadStudent } from '@limbeck/predict/node';
import { textInputs } from '../batches.js';
import type { Lab } from '../lab.js';
import { matrix, saveMatrices } from '../matrix-files.js';
import { peerClassifiers } from '../peers/index.js';
import { names } from '../systems.js';

/** Times, sizes and the int8 student's answers, which lie in the file `int8`. */
export interface MeasureOutput {
  /** Milliseconds of one call, by the system's name. */
  readonly latencyMs: { readonly [system: string]: LatencyMs };
  readonly sizes: {
    readonly [system: string]: { readonly sizeBytes: number; readonly gzipBytes: number };
  };
}

/** Measures what ships, alone and last: every system takes its turn on each of the same snippets. */
export async function measureStep(
  lab: Lab,
  folders: { readonly teacher: string; readonly exported: string },
  context: PipelineStepContext,
): Promise<MeasureOutput> {
  const corpus = await lab.corpus();
  const student = path.join(folders.exported, 'student');
  const float32 = await loadStudent(student);
  const int8 = await loadStudent(student, { precision: 'int8' });
  const classes = corpus.languages.length;
  const answers = await int8.predict(corpus.test.map(({ text }) => text));
  const rows = new Float32Array(answers.length * classes);
  answers.forEach(({ probabilities }, i) => {
    corpus.languages.forEach(
      (language, label) => (rows[i * classes + label] = probabilities[language]!),
    );
  });
  await saveMatrices(context.folder, 'int8', { test: matrix(rows, classes) });

  const engine = await lab.engine();
  const teacher = await engine.load(await readFile(path.join(folders.teacher, 'model.onnx')));
  const collator = textInputs(lab.settings.maxBytes);
  const peers = peerClassifiers(corpus.languages);
  const order = Rng.from(0).stream('latency').shuffle(corpus.test);
  const texts = order.slice(0, lab.settings.latencySnippets).map(({ text }) => text);
  const latency = await measureLatency<string, string>(
    {
      [names.teacher]: (text) => {
        const { ids, mask } = collator.collate([{ text }]);
        return teacher.run({ ids, mask });
      },
      [names.student]: (text) => float32.predict([text]),
      [names.int8]: (text) => int8.predict([text]),
      ...peers,
    },
    texts,
    { abortSignal: context.abortSignal },
  );
  await Promise.all([float32.dispose(), int8.dispose(), teacher.dispose()]);
  const latencyMs = Object.entries(latency).map(([name, { p50, p95 }]) => [name, { p50, p95 }]);
  const files = [
    [names.teacher, path.join(folders.teacher, 'model.onnx')],
    [names.student, path.join(student, 'onnx', 'model.onnx')],
    [names.int8, path.join(student, 'onnx', 'model_quantized.onnx')],
  ] as const;
  const sizes: { [system: string]: { sizeBytes: number; gzipBytes: number } } = {};
  for (const [name, file] of files) {
    const { sizeBytes, gzipBytes } = await fileFacts(file);
    sizes[name] = { sizeBytes, gzipBytes };
  }
  return { latencyMs: Object.fromEntries(latencyMs) as MeasureOutput['latencyMs'], sizes };
}
