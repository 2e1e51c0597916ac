import type { HostTree } from '@limbeck/core';
import type { GcnParameters } from '@limbeck/nn';
import { adamw, type AdamwState } from '@limbeck/optim';
import { type Context, tapped, type Tensor } from '@limbeck/tensor';
import type { Program } from '@limbeck/train';
import * as graph from './support/graph.js';
import * as kit from './support/index.js';

type Parameters = { readonly original: GcnParameters; readonly deletions: readonly graph.Matrix[] };
type Batch = graph.DeletionBatch;
type State = {
  readonly original: GcnParameters;
  readonly first: kit.Learner<graph.Matrix, AdamwState>;
  readonly second: kit.Learner<graph.Matrix, AdamwState>;
};

const each = 100;
const optimizers = {
  first: adamw({ rate: 5e-3, weightDecay: 0 }),
  second: adamw({ rate: 5e-3, weightDecay: 0 }),
};

/** What each layer says, before its ReLU, with a matrix behind it for nodes near what is forgotten. */
function layersOf(
  { original, deletions }: Parameters,
  { near, graph: inputs }: graph.NearInputs,
  context: Context,
): Tensor[] {
  const edits = deletions.map(({ matrix }, i) => {
    const isNear = near[i]!.reshape([-1, 1]).greater(0);
    return [`layers/${i}`, (h: Tensor) => isNear.where(h.matmul(matrix), h)] as const;
  });
  const { tap } = tapped(context, Object.fromEntries(edits), (inner) =>
    kit.run(graph.linkModel, original, inputs, inner),
  );
  return original.layers.map((_, i) => tap(`layers/${i}`));
}

const parametersOf = ({ original, first, second }: State): Parameters => ({
  original,
  deletions: [first.parameters, second.parameters],
});
const squares = (a: Tensor, b: Tensor): Tensor => a.sub(b).square().mean(-1);

export const gnnDelete: kit.TrainingProgram = {
  name: 'gnn-delete',
  method: 'GNNDelete: a matrix behind each frozen layer makes forgotten edges look like none',
  dataset: { name: 'Cora, 2.5% of the training edges forgotten', rows: 2708 },
  idea: { on: 'deletion and locality', off: 'locality alone: edges unlinked' },
  measure: {
    ...{ metric: 'forgetAuc', higherIsBetter: true },
    floor: { what: 'forgotten edges that look like kept ones', value: 0.5, margin: 0.15 },
  },
  features: [],
  needs: 'data',
  prepare: async ({ idea, ...preparing }) => {
    const { seed } = preparing;
    const cora = await graph.forgetting();
    const original = await graph.trainedLinks(cora, preparing);
    const source = graph.deletionSource(cora, seed);
    const phase = (name: 'first' | 'second') => (state: State, batch: Batch, context: Context) => {
      const layer = name === 'first' ? 0 : 1;
      const plain = { original: state.original, deletions: [] };
      const h = layersOf(plain, batch.inputs, context.scope('before'))[layer]!.stopGradient();
      const h2 = layersOf(parametersOf(state), batch.inputs, context.scope('after'))[layer]!;
      const { forgotten, unlinked } = batch;
      const deletion = squares(h2.gather(forgotten.from), h.gather(unlinked.from))
        .add(squares(h2.gather(forgotten.to), h.gather(unlinked.to)))
        .mean();
      const around = batch.inputs.near[layer]!.mul(batch.ends.neg().add(1));
      const locality = squares(h2, h).mul(around).sum().div(around.sum());
      const loss = idea ? deletion.add(locality).mul(0.5) : locality.mul(0.5);
      const next = kit.learn(state[name], optimizers[name], loss, context);
      return { state: { [name]: next } as Partial<State>, metrics: { deletion, locality } };
    };

    const program: Program<State, { readonly first: Batch; readonly second: Batch }> = {
      steps: 2 * each,
      init: () => ({
        original,
        first: kit.startAt<graph.Matrix, AdamwState>(graph.identity(32), optimizers.first),
        second: kit.startAt<graph.Matrix, AdamwState>(graph.identity(16), optimizers.second),
      }),
      frozen: ['original'],
      batches: { first: source, second: source },
      phases: { first: phase('first'), second: phase('second') },
      next: ({ step }) => (step >= 2 * each ? 'stop' : step < each ? 'first' : 'second'),
      students: {
        student: (state) => {
          const parameters = parametersOf(state as never) as unknown as HostTree<Parameters>;
          return graph.linkStudent<Parameters>((...given) => layersOf(...given)[1]!, parameters);
        },
      },
    };
    return { ...graph.linkRun(cora), program: kit.erased(program) };
  },
};
