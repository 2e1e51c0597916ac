import { Rng } from '@limbeck/core';
import { batches, prefetch } from '@limbeck/data';
import { causalDecoder, type DecoderParameters, type TextInputs } from '@limbeck/nn';
import { adamw, type AdamwState } from '@limbeck/optim';
import { type Context, type Tensor } from '@limbeck/tensor';
import { type Program, ship } from '@limbeck/train';
import * as kit from './support/index.js';
import * as text from './support/language.js';
import * as sampling from './support/sampling.js';

type Batch = { readonly inputs: TextInputs };
type State = {
  readonly teacher: DecoderParameters;
  readonly student: kit.Learner<DecoderParameters, AdamwState>;
};

const best = { metric: 'gap', higherIsBetter: false };
const plan = { steps: 300, every: 50, patience: 3, best };
/** Steps on real text before the student learns from what it says itself. */
const warm = 200;
const decoder = causalDecoder({
  ...{ vocabulary: 65, maxTokens: 64, width: 32, layers: 1, heads: 4, feedForward: 64 },
  dropout: 0.05,
});
const optimizer = adamw({ rate: 5e-3 });

export const onPolicy: kit.TrainingProgram = {
  name: 'on-policy',
  method: 'On-policy distillation: the student is corrected on what it says itself',
  dataset: { name: 'tinyshakespeare, characters', rows: 3000 },
  idea: { on: 'its own continuations', off: 'real continuations' },
  measure: { ...best, floor: { what: 'an untrained student', value: 2.75, margin: 2 } },
  features: ['dropout', 'shuffling', 'prefetch', 'early stop'],
  needs: 'data',
  prepare: async ({ idea, ...preparing }) => {
    const { seed } = preparing;
    const plays = await text.plays();
    const { parameters } = await text.trainedDecoder(plays, preparing);
    const rows = plays.train.slice(0, 3000);
    const options = { batchSize: 16, collator: text.pieceCollator, seed };
    const phase = ({ teacher, student }: State, { inputs }: Batch, context: Context) => {
      const q = kit.run(decoder, student.parameters, inputs, context.scope('student')).logits;
      const p = kit.run(text.teacherDecoder, teacher, inputs, context.scope('teacher')).logits;
      // KL(q ‖ p) of every character that is predicted behind the beginning.
      const gaps = kit
        .divergence(q, p.stopGradient())
        .slice(1, sampling.given - 1, text.tokens - 1);
      const loss: Tensor = gaps.mean();
      return {
        state: { student: kit.learn(student, optimizer, loss, context) },
        metrics: { loss },
      };
    };

    const program: Program<State, { readonly real: Batch; readonly own: Batch }> = {
      steps: plan.steps,
      init: (rng) => ({
        teacher: parameters,
        student: kit.learner(decoder, optimizer, rng.stream('student')),
      }),
      frozen: ['teacher'],
      batches: {
        real: prefetch(batches<text.Piece, Batch>(rows, options)),
        own: sampling.ownBatches<State>(rows, { batchSize: 16, seed }),
      },
      phases: { real: phase, own: phase },
      functions: {
        prefill: kit.predicts(decoder.prefill, ({ student }: State) => student.parameters),
        step: kit.predicts(decoder.step, ({ student }: State) => student.parameters),
        student: kit.predicts(decoder, ({ student }: State) => student.parameters),
        teacher: kit.predicts(text.teacherDecoder, ({ teacher }: State) => teacher),
      },
      evaluate: async (view) => {
        const rng = Rng.from(seed).stream('valid');
        const said = await sampling.continued(sampling.speaking(view), plays.valid, rng);
        const inputs = text.reading(said);
        const q = await view.call('student', inputs, ['logits']);
        const p = await view.call('teacher', inputs, ['logits']);
        return { gap: text.mean(sampling.ownGaps(q['logits']!, p['logits']!)) };
      },
      best,
      next: (view) => kit.planned(plan, view, idea && view.step >= warm ? 'own' : 'real'),
      students: { student: ({ student }) => ship(decoder, student.parameters, {}) },
    };
    const teacher = ship(text.teacherDecoder, parameters, {});
    const run = text.decoderRun(decoder, plays);
    const items = sampling.ownItems(decoder, teacher, plays.test.slice(0, 200));
    return { ...run, items, program: kit.erased(program) };
  },
};
