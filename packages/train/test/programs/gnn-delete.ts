import { hostTensor, type HostTree, leaves, Rng } from '@limbeck/core';
import { type GcnParameters, type GraphInputs } from '@limbeck/nn';
import { adamw, type AdamwState } from '@limbeck/optim';
import { type Context, type Model, tapped, type Tensor } from '@limbeck/tensor';
import { type Program, ship } from '@limbeck/train';
import * as graph from './support/graph.js';
import * as kit from './support/index.js';
import { answers } from './support/score.js';

/** A graph, and 1 for nodes within one and two hops of what is forgotten. */
type Inputs = { readonly graph: GraphInputs; readonly near: readonly Tensor[] };
type Matrix = { readonly matrix: Tensor };
type Parameters = { readonly original: GcnParameters; readonly deletions: readonly Matrix[] };
type Batch = {
  readonly inputs: Inputs;
  readonly ends: Tensor;
  readonly forgotten: graph.Pairs;
  readonly unlinked: graph.Pairs;
};
type State = {
  readonly original: GcnParameters;
  readonly first: kit.Learner<Matrix, AdamwState>;
  readonly second: kit.Learner<Matrix, AdamwState>;
};

const steps = { first: 100, second: 100 };
const optimizers = [adamw({ rate: 5e-3, weightDecay: 0 }), adamw({ rate: 5e-3, weightDecay: 0 })];
const nodes = { dtype: 'float32', shape: ['nodes'] } as const;

/** What each layer says with the deletions behind it, before its ReLU: the network itself stays as it was. */
function layersOf({ original, deletions }: Parameters, inputs: Inputs, context: Context): Tensor[] {
  const edits = deletions.map(({ matrix }, i) => {
    const near = inputs.near[i]!.reshape([-1, 1]).greater(0);
    const edit = (h: Tensor): Tensor => near.where(h.matmul(matrix), h);
    return [`layers/${i}`, edit] as const;
  });
  const { tap } = tapped(context, Object.fromEntries(edits), (inner) =>
    kit.run(graph.linkModel, original, inputs.graph, inner),
  );
  return original.layers.map((_, i) => tap(`layers/${i}`));
}

const model: Model<Inputs, { readonly embeddings: Tensor }, Parameters> = {
  config: { ...graph.linkModel.config, deletions: true },
  inputs: { graph: graph.linkModel.inputs, near: [nodes, nodes] },
  init: () => ({ parameters: { original: {}, deletions: [] } as never, state: {} }),
  apply: ({ parameters, inputs, state, context }) => ({
    outputs: { embeddings: layersOf(parameters, inputs, context).at(-1)! },
    state,
  }),
};

/** A square matrix that changes nothing yet. */
const identity = (size: number) => ({
  init: () => ({
    parameters: {
      matrix: hostTensor(
        'float32',
        [size, size],
        Float32Array.from({ length: size ** 2 }, (_, i) => (i % (size + 1) === 0 ? 1 : 0)),
      ),
    },
  }),
});

export const gnnDelete: kit.TrainingProgram = {
  name: 'gnn-delete',
  method: 'GNNDelete: a matrix behind each frozen layer makes forgotten edges look like none',
  dataset: { name: 'Cora, 2.5% of the training edges forgotten', rows: 2708 },
  idea: { on: 'deletion and locality', off: 'locality alone: edges unlinked' },
  measure: {
    metric: 'forgetAuc',
    higherIsBetter: true,
    floor: { what: 'forgotten edges look like kept ones', value: 0.5, margin: 0.1 },
  },
  features: [],
  needs: 'data',
  prepare: async ({ seed, idea, engine }) => {
    const cora = await graph.forgetting();
    const original = await graph.trainedLinks(cora, { seed, engine });
    const inputs = { graph: cora.inputs, near: cora.near };
    const forgotten = graph.pairsOf(cora.forgotten);
    const count = cora.forgotten.sources.length;
    const unlinked = graph.randomPairs(count, cora.nodes, Rng.from(seed).stream('unlinked'));
    const specs = {
      inputs: model.inputs,
      ends: nodes,
      forgotten: graph.pairSpecs('forgotten'),
      unlinked: graph.pairSpecs('forgotten'),
    };
    const source = graph.oneBatch<Batch>(specs, { inputs, ends: cora.ends, forgotten, unlinked });
    const parametersOf = (state: State): Parameters => ({
      original: state.original,
      deletions: [state.first.parameters, state.second.parameters],
    });
    const phase = (layer: 0 | 1) => (state: State, batch: Batch, context: Context) => {
      const name = layer === 0 ? 'first' : 'second';
      const after = layersOf(parametersOf(state), batch.inputs, context.scope('after'))[layer]!;
      const plain = { original: state.original, deletions: [] };
      const before = layersOf(plain, batch.inputs, context.scope('before'))[layer]!.stopGradient();
      const apart = (a: Tensor, b: Tensor): Tensor => a.sub(b).square().mean();
      const deletion = apart(
        after.gather(batch.forgotten.from),
        before.gather(batch.unlinked.from),
      ).add(apart(after.gather(batch.forgotten.to), before.gather(batch.unlinked.to)));
      const around = batch.inputs.near[layer]!.mul(batch.ends.neg().add(1)).reshape([-1, 1]);
      const locality = after.sub(before).square().mul(around).mean(-1).sum().div(around.sum());
      const loss = deletion.mul(idea ? 0.5 : 0).add(locality.mul(0.5));
      const next = kit.learn(state[name], optimizers[layer]!, loss, context);
      return { state: { [name]: next } as Partial<State>, metrics: { deletion, locality } };
    };

    const program: Program<State, { readonly first: Batch; readonly second: Batch }> = {
      steps: steps.first + steps.second,
      init: (rng) => ({
        original,
        first: kit.learner<Matrix, AdamwState>(identity(32), optimizers[0]!, rng),
        second: kit.learner<Matrix, AdamwState>(identity(16), optimizers[1]!, rng),
      }),
      frozen: ['original'],
      batches: { first: source, second: source },
      phases: { first: phase(0), second: phase(1) },
      next: ({ step, runs }) => {
        if (step >= steps.first + steps.second) return 'stop';
        return (runs['first'] ?? 0) < steps.first ? 'first' : 'second';
      },
      students: {
        student: (state) =>
          ship(model, parametersOf(state as never) as unknown as HostTree<Parameters>, {}),
      },
    };
    const feeds = Object.fromEntries(leaves(inputs)) as never;
    return {
      program: kit.erased(program),
      exports: { student: graph.graphExport(model, feeds) },
      items: async ({ student }, by) => {
        const { embeddings } = await answers(student!, feeds, by);
        return graph.sharesBelow(embeddings!, cora.forgotten, cora.retained);
      },
    };
  },
};
