import {
  type HostTensor,
  hostTensor,
  type HostTree,
  leaves,
  LimbeckError,
  Rng,
} from '@limbeck/core';
import { denseRows, type Edges } from '@limbeck/data';
import { readGraph, readLinkSplits } from '@limbeck/data/node';
import { gcn, type GcnParameters, type GraphInputs, graphNeighbours } from '@limbeck/nn';
import { adamw, type AdamwState } from '@limbeck/optim';
import type { Context, Model, Tensor, TensorTree } from '@limbeck/tensor';
import { type BatchSource, type Program, ship, type Shippable, train } from '@limbeck/train';
import { learn, type Learner, learner, run } from './learner.js';
import { answers } from './score.js';
import type { Preparing, ReadyRun } from './training-program.js';

/** Pairs of nodes, int64 `[pairs]` each. */
export type Pairs = { readonly from: Tensor; readonly to: Tensor };

/** Cora, with edges to forget. */
export interface Forgetting {
  readonly nodes: number;
  /** The graph without test, validation and forgotten edges. */
  readonly inputs: HostTree<GraphInputs>;
  readonly whole: HostTree<GraphInputs>;
  readonly forgotten: Edges;
  readonly retained: Edges;
  readonly test: Edges;
  readonly testNegatives: Edges;
  /** 1 for nodes within one and within two hops of a forgotten edge, float32 `[nodes]`. */
  readonly near: readonly [HostTensor, HostTensor];
  /** 1 for its ends. */
  readonly ends: HostTensor;
}

const pick = ({ sources, targets }: Edges, numbers: ArrayLike<number>): Edges => ({
  sources: Int32Array.from(numbers, (number) => sources[number]!),
  targets: Int32Array.from(numbers, (number) => targets[number]!),
});

/** Reads Cora and its first split. @throws LimbeckError `data-missing` */
export async function forgetting(percent = '2.5'): Promise<Forgetting> {
  const graph = await readGraph('cora');
  const [split] = await readLinkSplits('cora');
  const numbers = split?.forget[percent]?.in;
  if (split === undefined || numbers === undefined || numbers === null) {
    throw new LimbeckError('data-missing', {
      where: 'forgetting',
      given: `no edges to forget at ${percent}%`,
      expected: 'a split that names them',
      next: 'Use 2.5, for example.',
    });
  }
  const gone = new Set(numbers);
  const kept = split.train.filter((number) => !gone.has(number));
  const forgotten = pick(graph.edges, numbers);
  const retained = pick(graph.edges, kept);
  const whole = pick(graph.edges, split.train);
  const hops = [forgotten, whole, whole].reduce<Set<number>[]>((sofar, edges, hop) => {
    const last = sofar.at(-1) ?? new Set<number>();
    const next = new Set(last);
    edges.sources.forEach((source, i) => {
      const target = edges.targets[i]!;
      if (hop === 0 || last.has(source)) next.add(target);
      if (hop === 0 || last.has(target)) next.add(source);
    });
    return [...sofar, next];
  }, []);
  const flags = (set: ReadonlySet<number>): HostTensor =>
    hostTensor(
      'float32',
      [graph.nodes],
      Float32Array.from({ length: graph.nodes }, (_, i) => (set.has(i) ? 1 : 0)),
    );
  const features = denseRows(graph.features!, { normalise: true });
  const inputs = (edges: Edges) =>
    ({ features, ...graphNeighbours(edges, graph.nodes) }) as unknown as HostTree<GraphInputs>;
  return {
    nodes: graph.nodes,
    inputs: inputs(retained),
    whole: inputs(whole),
    forgotten,
    retained,
    test: pick(graph.edges, split.test),
    testNegatives: split.testNegatives,
    near: [flags(hops[1]!), flags(hops[2]!)],
    ends: flags(hops[0]!),
  };
}

const ids = (values: Int32Array): HostTensor =>
  hostTensor('int64', [values.length], BigInt64Array.from(values, BigInt));

/** Edges as pairs. */
export const pairsOf = ({ sources, targets }: Edges): HostTree<Pairs> => ({
  from: ids(sources),
  to: ids(targets),
});

/** As many pairs of nodes at random. */
export function randomPairs(count: number, nodes: number, rng: Rng): HostTree<Pairs> {
  const some = (): Int32Array => Int32Array.from({ length: count }, () => rng.integer(nodes));
  return { from: ids(some()), to: ids(some()) };
}

/** Specs of pairs. */
export const pairSpecs = (name: string) =>
  ({ from: { dtype: 'int64', shape: [name] }, to: { dtype: 'int64', shape: [name] } }) as const;

/** A whole graph is one batch, the same each time. */
export function oneBatch<B extends TensorTree>(
  specs: BatchSource<B>['specs'],
  batch: HostTree<B>,
): BatchSource<B> {
  return {
    specs,
    open: async function* () {
      // It stands at the same place for ever, wherever it is opened.
      for (;;) yield { batch, position: 0, endOfEpoch: true };
    },
  };
}

/** Scores of pairs from embeddings: the products of their ends. */
export const scoresOf = (h: Tensor, { from, to }: Pairs): Tensor =>
  h.gather(from).mul(h.gather(to)).sum(-1);

/** The network that predicts links. */
export const linkModel = gcn({ width: 1433, layers: [32, 16] });
const dropping = gcn({ width: 1433, layers: [32, 16], dropout: 0.2 });

type State = { readonly model: Learner<GcnParameters, AdamwState> };
type Batch = { readonly graph: GraphInputs; readonly edges: Pairs };

/** Trains the network that is to forget: its edges against pairs that are drawn anew at each step. */
export async function trainedLinks(
  { whole, forgotten, retained, nodes }: Forgetting,
  { seed, engine, store }: Preparing,
): Promise<HostTree<GcnParameters>> {
  const steps = 120;
  const optimizer = adamw({ rate: 1e-2, weightDecay: 0 });
  const edges = pairsOf({
    sources: Int32Array.from([...forgotten.sources, ...retained.sources]),
    targets: Int32Array.from([...forgotten.targets, ...retained.targets]),
  });
  const specs = { graph: linkModel.inputs, edges: pairSpecs('edges') };
  const program: Program<State, { readonly learn: Batch }> = {
    steps,
    init: (rng) => ({ model: learner(linkModel, optimizer, rng) }),
    batches: { learn: oneBatch<Batch>(specs, { graph: whole, edges }) },
    phases: {
      learn: ({ model }, batch, context) => {
        const h = run(dropping, model.parameters, batch.graph, context.scope('gcn')).logits;
        const drawn = (name: string): Tensor =>
          context.random(name).uniform(batch.edges.from.shape).mul(nodes).cast('int64');
        const negative = scoresOf(h, { from: drawn('from'), to: drawn('to') }).softplus();
        const positive = scoresOf(h, batch.edges).neg().softplus();
        const loss = positive.add(negative).mean();
        return { state: { model: learn(model, optimizer, loss, context) }, metrics: { loss } };
      },
    },
    next: ({ step }) => (step < steps ? 'learn' : 'stop'),
    students: {},
  };
  const { state } = await train(program, { engine, seed, checkpoints: store });
  return state.model.parameters;
}

/** For each pair below, the share of pairs above that score more; ties count half. */
export function sharesBelow(h: HostTensor, below: Edges, above: Edges): number[] {
  const width = h.shape[1]!;
  const scores = ({ sources, targets }: Edges): Float64Array =>
    Float64Array.from(sources, (source, i) => {
      let sum = 0;
      for (let c = 0; c < width; c++) {
        sum += Number(h.data[source * width + c]) * Number(h.data[targets[i]! * width + c]);
      }
      return sum;
    });
  const high = scores(above);
  return Array.from(scores(below), (score) => {
    let won = 0;
    for (const other of high) won += other > score ? 1 : other === score ? 0.5 : 0;
    return won / high.length;
  });
}

/** A graph, and 1 for nodes within one and within two hops of what is forgotten, `[nodes]` each. */
export type NearInputs = { readonly graph: GraphInputs; readonly near: readonly Tensor[] };

/** What is to be forgotten: edges, pairs that are none, and 1 for the ends of the edges. */
export type DeletionBatch = {
  readonly inputs: NearInputs;
  readonly ends: Tensor;
  readonly forgotten: Pairs;
  readonly unlinked: Pairs;
};

/** A square matrix. */
export type Matrix = { readonly matrix: Tensor };

const flag = { dtype: 'float32', shape: ['nodes'] } as const;
const nearSpecs = { graph: linkModel.inputs, near: [flag, flag] };

/** The one batch of a deletion; the pairs without an edge are drawn once. */
export function deletionSource(cora: Forgetting, seed: number): BatchSource<DeletionBatch> {
  const rng = Rng.from(seed).stream('unlinked');
  const pairs = pairSpecs('forgotten');
  return oneBatch<DeletionBatch>(
    { inputs: nearSpecs, ends: flag, forgotten: pairs, unlinked: pairs },
    {
      inputs: { graph: cora.inputs, near: cora.near },
      ends: cora.ends,
      forgotten: pairsOf(cora.forgotten),
      unlinked: randomPairs(cora.forgotten.sources.length, cora.nodes, rng),
    },
  );
}

/** A matrix that changes nothing yet. */
export function identity(size: number): HostTree<Matrix> {
  const data = Float32Array.from({ length: size ** 2 }, (_, i) => (i % (size + 1) === 0 ? 1 : 0));
  return { matrix: hostTensor('float32', [size, size], data) };
}

/** The network with what stands behind its layers, as what ships. */
export function linkStudent<P extends TensorTree>(
  embeddingsOf: (parameters: P, inputs: NearInputs, context: Context) => Tensor,
  parameters: HostTree<P>,
): Shippable {
  const model: Model<NearInputs, { readonly embeddings: Tensor }, P> = {
    config: linkModel.config,
    inputs: nearSpecs,
    init: () => ({ parameters, state: {} }),
    apply: (given) => ({
      outputs: { embeddings: embeddingsOf(given.parameters, given.inputs, given.context) },
      state: given.state,
    }),
  };
  return ship(model, parameters, {});
}

/** How such a student becomes files and is scored: of each forgotten edge, the share of kept ones that score more. */
export function linkRun(cora: Forgetting): Omit<ReadyRun, 'program'> {
  const feeds = Object.fromEntries(leaves<HostTensor>({ graph: cora.inputs, near: cora.near }));
  const names = Object.fromEntries(Object.keys(feeds).map((path) => [path, path]));
  return {
    exports: {
      student: {
        model: linkModel.config,
        names: { inputs: names, outputs: { embeddings: 'embeddings' } },
        probes: [feeds],
      },
    },
    items: async ({ student }, engine) => {
      const { embeddings } = await answers(student!, feeds, engine);
      return sharesBelow(embeddings!, cora.forgotten, cora.retained);
    },
  };
}
