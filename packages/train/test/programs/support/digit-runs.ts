import { type HostTree, hostTensor, type Rng } from '@limbeck/core';
import { joinCollators, signalCollator } from '@limbeck/data';
import type { FeatureInputs } from '@limbeck/nn';
import { constant, type Model, type Tensor, type TensorTree } from '@limbeck/tensor';
import { type Program, ship, type StateTree } from '@limbeck/train';
import { type Digit, type DigitBatch, digitParts, images, isRight, labels } from './digits.js';
import { predicts } from './learner.js';
import { rightDigits } from './score.js';
import type { Exported, ReadyRun } from './training-program.js';

/** What a student of images adds to its program and its run: predictions, evaluation, files and the score. */
export function digitStudent<State extends StateTree, Out, P extends TensorTree>(
  model: Model<FeatureInputs, Out, P>,
  pick: (state: State) => P,
  { valid, test }: { readonly valid: readonly Digit[]; readonly test: readonly Digit[] },
): {
  readonly parts: Pick<Program<State, never>, 'functions' | 'evaluate' | 'best' | 'students'>;
  readonly run: Omit<ReadyRun, 'program'>;
} {
  const features = images(valid);
  return {
    parts: {
      functions: { predict: predicts(model, pick) },
      evaluate: async (view) => {
        const { logits } = await view.call('predict', { features }, ['logits']);
        const right = isRight(logits!, valid).filter(Boolean);
        return { accuracy: right.length / valid.length };
      },
      best: { metric: 'accuracy', higherIsBetter: true },
      students: {
        student: (state) =>
          ship(model, pick(state as unknown as State) as unknown as HostTree<P>, {}),
      },
    },
    run: {
      exports: { student: digitExport(model, test) },
      items: ({ student }, engine) => rightDigits(student!, test, engine),
    },
  };
}

/** How a student of images becomes files. */
export function digitExport<Out, P extends TensorTree>(
  model: Model<FeatureInputs, Out, P>,
  rows: readonly Digit[],
): Exported {
  return {
    model: model.config,
    labels,
    names: { inputs: { features: 'features' }, outputs: { logits: 'logits' } },
    probes: { features: images(rows.slice(0, 256)) },
  };
}

/** A digit with its teacher's logits. */
export type TaughtDigit = Digit & { readonly teacher: Float32Array };
/** A batch of them. */
export type TaughtBatch = DigitBatch & { readonly teacher: Tensor };

/** Turns taught digits into a batch. */
export const taughtCollator = joinCollators<TaughtDigit, TaughtBatch>({
  ...digitParts,
  teacher: signalCollator({ signal: (row) => row.teacher, width: 10 }),
});

/** The rows with the labels of a share of them drawn anew. */
export function spoiltLabels<Row extends { readonly label: number }>(
  rows: readonly Row[],
  share: number,
  rng: Rng,
): Row[] {
  return rows.map((row) => (rng.uniform() < share ? { ...row, label: rng.integer(10) } : row));
}

/** The mean of the softmax of logits over the rows of each class, `[10, 10]`. */
export function classMeans(
  rows: readonly { readonly label: number; readonly teacher: Float32Array }[],
): Tensor {
  const sums = new Float64Array(100);
  const counts = new Float64Array(10);
  for (const { label, teacher } of rows) {
    const powers = teacher.map((logit) => Math.exp(logit - Math.max(...teacher)));
    const total = powers.reduce((a, b) => a + b);
    powers.forEach((power, c) => (sums[label * 10 + c]! += power / total));
    counts[label]!++;
  }
  const means = Float32Array.from(sums, (sum, i) => sum / (counts[Math.floor(i / 10)]! || 1));
  return constant(hostTensor('float32', [10, 10], means));
}
