import type { HostTree } from '@limbeck/core';
import { batches } from '@limbeck/data';
import { crossEntropy } from '@limbeck/losses';
import { mlp, type MlpParameters } from '@limbeck/nn';
import { adamw } from '@limbeck/optim';
import { distillation, train } from '@limbeck/train';
import { type Digit, type DigitBatch, digitCollator, images, labels, width } from './digits.js';
import { answers } from './score.js';
import type { Preparing } from './training-program.js';

/** The teacher: a wide network of digits. */
export const teacherModel = mlp({ width, hidden: [128], labels, dropout: 0.2 });

/** A trained teacher: its parameters, and its logits for the rows of `asked`, ten each. */
export async function trainedTeacher(
  rows: readonly Digit[],
  asked: readonly Digit[],
  { seed, engine, store }: Preparing,
): Promise<{ readonly parameters: HostTree<MlpParameters>; readonly logits: Float32Array[] }> {
  const program = distillation({
    student: teacherModel,
    loss: crossEntropy(),
    optimizer: adamw({ rate: 2e-3 }),
    batches: batches<Digit, DigitBatch>(rows, { batchSize: 64, collator: digitCollator, seed }),
    steps: 400,
  });
  const options = { engine, seed, checkpoints: store };
  const { students, best } = await train(program, options);
  const { logits } = await answers(students['student']!, { features: images(asked) }, engine);
  return {
    parameters: best.student.parameters,
    logits: asked.map((_, i) => (logits!.data as Float32Array).slice(i * 10, i * 10 + 10)),
  };
}
