import { hostTensor } from '@limbeck/core';
import { batches, prefetch } from '@limbeck/data';
import { causalDecoder } from '@limbeck/nn';
import { adamw, cosine } from '@limbeck/optim';
import { type Empty, type Logits, type Loss, scalar, type Tensor } from '@limbeck/tensor';
import { distillation } from '@limbeck/train';
import { erased, type TrainingProgram } from './support/index.js';
import * as text from './support/language.js';

type Needs = { readonly student: Logits; readonly teacher: Logits };
/** How far the target has moved from student to teacher, and what moves it. */
type Target = { readonly t: Tensor; readonly before: Tensor; readonly momentum: Tensor };

const best = { metric: 'nats', higherIsBetter: false };
const plan = { steps: 300, every: 50, patience: 3, best };
const [start, beta] = [0.4, 0.99];
const student = causalDecoder({
  ...{ vocabulary: 65, maxTokens: 64, width: 32, layers: 1, heads: 4, feedForward: 64 },
  dropout: 0.05,
});

/** Cross-entropy with a target between the student's own logits and the teacher's; t = 1 is plain distillation. */
function taid(moving: boolean): Loss<Needs, Empty, Target> {
  return {
    name: 'taid',
    config: { start: moving ? start : 1, beta },
    per: 'token',
    init: () => ({
      parameters: {},
      state: {
        t: hostTensor('float32', [], [moving ? start : 1]),
        before: hostTensor('float32', [], [-1]),
        momentum: hostTensor('float32', [], [0]),
      },
    }),
    apply: ({ student: { logits: z }, teacher }, { state }) => {
      const own = z.stopGradient();
      const p = own.add(teacher.logits.sub(own).mul(state.t)).softmax().stopGradient();
      return { terms: [{ name: 'taid', items: p.mul(z.logSoftmax()).sum(-1).neg() }], state };
    },
    advance: ({ totals, state: { t, before, momentum }, context: { step, steps } }) => {
      if (!moving) return { t, before, momentum };
      // The value of the whole batch, micro-batches and all: the target moves faster while it falls.
      const J = totals['taid']!.stopGradient();
      const first = before.less(0);
      const m = momentum.mul(beta).add(
        before
          .sub(J)
          .div(before.add(1e-15))
          .mul(1 - beta),
      );
      const n = step.cast('float32').add(1).div(steps.cast('float32'));
      const linear = n.mul(1 - start).add(start);
      const alpha = scalar(20).div(steps.cast('float32'));
      const ahead = t.add(alpha.mul(m.sigmoid()).mul(t.neg().add(1)));
      return {
        t: first.where(t, ahead.maximum(linear).minimum(1)),
        before: J,
        momentum: first.where(momentum, m),
      };
    },
  };
}

export const taidProgram: TrainingProgram = {
  name: 'taid',
  method: 'TAID: a small decoder learns from a target that moves from itself to its teacher',
  dataset: { name: 'tinyshakespeare, characters', rows: 3000 },
  idea: { on: 'moving target', off: 'the teacher from the start' },
  measure: { ...best, floor: { what: 'characters by their frequency', value: 3.31, margin: 0.7 } },
  features: ['dropout', 'shuffling', 'prefetch', 'accumulation', 'early stop'],
  needs: 'data',
  prepare: async ({ idea, ...preparing }) => {
    const { seed } = preparing;
    const plays = await text.plays();
    const teacher = await text.trainedDecoder(plays, preparing);
    const rows = await text.withLogits(plays.train.slice(0, 3000), teacher);
    const options = { batchSize: 12, collator: text.taughtCollator, seed };
    const program = distillation({
      student,
      loss: taid(idea),
      optimizer: adamw({ rate: cosine({ peak: 1e-2, warmup: 0.1 }) }),
      batches: prefetch(batches<text.Taught, text.TaughtBatch>(rows, options)),
      steps: plan.steps,
      microBatches: 2,
      evaluation: {
        ...plan,
        metrics: async (predict) => {
          const { logits } = await predict(text.reading(plays.valid), ['logits']);
          return { nats: text.mean(text.natsOf(logits!, plays.valid)) };
        },
      },
    });
    return { ...text.decoderRun(student, plays), program: erased(program) };
  },
};
