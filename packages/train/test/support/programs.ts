import { batches, prefetch } from '@limbeck/data';
import { crossEntropy } from '@limbeck/losses';
import { ngramClassifier } from '@limbeck/nn';
import {
  type CheckpointStore,
  distillation,
  memoryStore,
  type Program,
  train,
  type TrainOptions,
} from '@limbeck/train';
import { linearSource, linearStudent, optimizer, weightedLoss } from './linear.js';
import {
  inputBatches,
  languages,
  type Snippet,
  type SnippetBatch,
  snippetCollator,
  snippets,
} from './snippets.js';

/** A linear student with averaged parameters. */
export const linear = (options: { microBatches?: number; steps?: number } = {}) =>
  distillation({
    student: linearStudent(),
    loss: weightedLoss,
    optimizer,
    batches: linearSource(16),
    steps: 30,
    averageDecay: 0.9,
    ...options,
  });

/** Shuffled, read ahead, accumulated, dropped out, averaged and stopped early. */
export function everything() {
  const model = ngramClassifier({
    labels: languages,
    orders: [1, 2],
    buckets: 64,
    maxBytes: 128,
    hidden: [8],
    dropout: 0.3,
    featureDropout: 0.1,
  });
  const heldOut = inputBatches(snippets(64, 9))[0]!;
  return distillation({
    student: model,
    loss: crossEntropy(),
    optimizer,
    batches: prefetch(
      batches<Snippet, SnippetBatch>(snippets(50, 1), { batchSize: 8, collator: snippetCollator }),
    ),
    steps: 40,
    microBatches: 3,
    averageDecay: 0.8,
    evaluation: {
      every: 4,
      patience: 2,
      best: { metric: 'mean', higherIsBetter: true },
      // A number that rises and then falls, whatever the student says.
      metrics: async (predict, view) => {
        const { logits } = await predict(heldOut, ['logits']);
        return { mean: -Math.abs(view.step - 12) + 1e-9 * Number(logits!.data[0]) };
      },
    },
  });
}

/** Trains, but stops at the first checkpoint after a step. */
export async function stopAt<S extends Program<never, never>>(
  program: S,
  step: number,
  options: TrainOptions,
): Promise<unknown> {
  const controller = new AbortController();
  return train(program as never, {
    ...options,
    reportEvery: 1,
    abortSignal: controller.signal,
    onEvent: (event) => {
      if (event.kind === 'train/step' && Number(event['step']) >= step) controller.abort();
    },
  }).catch((error: unknown) => error);
}

/** The same checkpoints in a store of their own. */
export async function copyOf(
  store: CheckpointStore,
  names: readonly string[] = ['last', 'best', 'frozen'],
): Promise<CheckpointStore> {
  const copy = memoryStore();
  for (const name of names) {
    const bytes = await store.read(name);
    if (bytes !== undefined) await copy.write(name, bytes);
  }
  return copy;
}
