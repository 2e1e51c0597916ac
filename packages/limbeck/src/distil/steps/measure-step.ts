import path from 'node:path';
import { Rng } from '@limbeck/core';
import { type LatencyMs, measureLatency } from '@limbeck/evaluators';
import { fileFacts } from '@limbeck/evaluators/node';
import type { PipelineStepContext } from '@limbeck/pipeline';
import { loadStudent } from '@limbeck/predict/node';
import type { Lab } from '../lab.js';
import { saveMatrices } from '../matrices.js';

/** A file of a family's student. */
export interface Measured {
  readonly family: string;
  readonly precision: 'float32' | 'int8';
  readonly latencyMs: LatencyMs;
  readonly sizeBytes: number;
  readonly gzipBytes: number;
}

/** What the step is given. */
export interface MeasureStep {
  readonly labels: readonly string[];
  readonly folders: { readonly read: string; readonly split: string };
  /** The folder of each trained family's step, and whether it has an int8 file. */
  readonly families: readonly {
    readonly family: string;
    readonly folder: string;
    readonly int8: boolean;
  }[];
}

const files = { float32: 'onnx/model.onnx', int8: 'onnx/model_quantized.onnx' } as const;

/**
 * Loads what ships as a program would, asks it about the test texts, and times all files in turns on the same ones. The
 * probabilities lie in the file `shipped`.
 */
export async function measureStep(
  lab: Lab,
  { labels, folders, families }: MeasureStep,
  context: PipelineStepContext,
): Promise<Measured[]> {
  const { parts } = await lab.parts(folders);
  const texts = parts.test.map(({ text }) => text);
  const loaded = await Promise.all(
    families.flatMap(({ family, folder, int8 }) =>
      (int8 ? (['float32', 'int8'] as const) : (['float32'] as const)).map(async (precision) => ({
        family,
        precision,
        student: await loadStudent(path.join(folder, 'student'), { precision }),
        ...(await fileFacts(path.join(folder, 'student', files[precision]))),
      })),
    ),
  );
  try {
    const answers: { [name: string]: Float32Array } = {};
    for (const { family, precision, student } of loaded) {
      const said = await student.predict(texts, { abortSignal: context.abortSignal });
      answers[`${family} ${precision}`] = Float32Array.from(
        said.flatMap(({ probabilities }) => labels.map((label) => probabilities[label]!)),
      );
    }
    await saveMatrices(context.folder, 'shipped', answers);
    const order = Rng.from(0).stream('latency').shuffle(texts).slice(0, 120);
    const latency = await measureLatency(
      Object.fromEntries(
        loaded.map(({ family, precision, student }) => [
          `${family} ${precision}`,
          (text: string) => student.predict([text]),
        ]),
      ),
      order,
      { abortSignal: context.abortSignal },
    );
    return loaded.map(({ family, precision, sizeBytes, gzipBytes }) => {
      const { p50, p95 } = latency[`${family} ${precision}`]!;
      return { family, precision, latencyMs: { p50, p95 }, sizeBytes, gzipBytes };
    });
  } finally {
    await Promise.all(loaded.map(({ student }) => student.dispose()));
  }
}
