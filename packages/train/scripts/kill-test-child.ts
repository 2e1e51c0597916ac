// The run that `kill-test.ts` kills: trains, exports, and says on stdout what it is doing.
import path from 'node:path';
import { parseArgs } from 'node:util';
import { batches, prefetch } from '@limbeck/data';
import { crossEntropy } from '@limbeck/losses';
import { ngramClassifier } from '@limbeck/nn';
import { adamw, cosine } from '@limbeck/optim';
import { nodeEngine } from '@limbeck/runtime/node';
import { distillation, train } from '@limbeck/train';
import { exportStudent, folderStore } from '@limbeck/train/node';
import {
  inputBatches,
  languages,
  type Snippet,
  type SnippetBatch,
  snippetCollator,
  snippets,
} from '../test/support/snippets.js';
import { say, watchFiles } from './killable.js';

const { values } = parseArgs({
  options: { folder: { type: 'string' }, hold: { type: 'string', default: '' } },
});
const folder = values.folder!;

const counts = await watchFiles(values.hold);
const model = ngramClassifier({
  labels: languages,
  orders: [1, 2, 3],
  buckets: 512,
  maxBytes: 128,
  hidden: [16],
  dropout: 0.2,
  featureDropout: 0.1,
});
const heldOut = snippets(2000, 2);
const validation = inputBatches(heldOut.slice(0, 256));
const program = distillation({
  student: model,
  loss: crossEntropy(),
  optimizer: adamw({ rate: cosine({ peak: 0.01, warmup: 0.1 }) }),
  batches: prefetch(
    batches<Snippet, SnippetBatch>(snippets(200, 1), { batchSize: 16, collator: snippetCollator }),
  ),
  steps: 60,
  microBatches: 3,
  averageDecay: 0.9,
  evaluation: {
    every: 5,
    patience: 4,
    best: { metric: 'accuracy', higherIsBetter: true },
    metrics: async (predict) => {
      let right = 0;
      for (const [i, inputs] of validation.entries()) {
        const { logits } = await predict(inputs, ['logits']);
        for (let row = 0; row < logits!.shape[0]!; row++) {
          const scores = Array.from(logits!.data.subarray(row * 3, row * 3 + 3), Number);
          if (scores.indexOf(Math.max(...scores)) === heldOut[i * 256 + row]!.label) right++;
        }
      }
      return { accuracy: right / 256 };
    },
  },
});

const engine = await nodeEngine({ threads: 1 });
const result = await train(program, {
  engine,
  seed: 5,
  checkpoints: folderStore(path.join(folder, 'checkpoints')),
  checkpointEvery: 4,
  reportEvery: 1,
  onEvent: ({ kind, step }) => {
    if (kind === 'train/step') say(`step ${Number(step)}`);
    if (kind === 'train/resumed') say(`resumed ${Number(step)}`);
  },
});
say('export');
await exportStudent(result.students['student']!, {
  engine,
  folder: path.join(folder, 'student'),
  labels: languages,
  maxBytes: 128,
  model: model.config,
  int8: { inputs: inputBatches(heldOut), labels: heldOut.map(({ label }) => label) },
});
await engine.dispose();
say(`done ${JSON.stringify({ hash: result.hash, step: result.step, ...counts })}`);
process.exit(0);
