import { hostTensor, type HostTensor, leaves, Rng, type Specs } from '@limbeck/core';
import {
  causalDecoder,
  cifarResNet,
  generate,
  generationGraphs,
  gcn,
  graphNeighbours,
  sparseFeatures,
} from '@limbeck/nn';
import { nodeEngine } from '@limbeck/runtime/node';
import {
  createContext,
  grad,
  inputsFor,
  type Model,
  specsOf,
  type Tensor,
  type TensorTree,
  toOnnx,
} from '@limbeck/tensor';
import { bench, do_not_optimize, run } from 'mitata';

const engine = await nodeEngine({ threads: 1 });
const rng = Rng.from(1);
const floats = (shape: readonly number[]): HostTensor =>
  hostTensor(
    'float32',
    shape,
    Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, () => rng.normal()),
  );

/** Gradients of a model by all of its parameters, as one call. */
async function gradients<In extends TensorTree, P extends TensorTree, S extends TensorTree>(
  model: Model<In, { readonly logits: Tensor }, P, S>,
  inputs: object,
): Promise<() => Promise<unknown>> {
  const fresh = model.init(Rng.from(0));
  const parameters = inputsFor<P>(specsOf(fresh.parameters) as unknown as Specs<P>, 'p');
  const { outputs } = model.apply({
    parameters,
    state: inputsFor<S>(specsOf(fresh.state) as unknown as Specs<S>, 's'),
    inputs: inputsFor<In>(model.inputs, 'x'),
    context: createContext({ training: true }),
  });
  const wrt = leaves<Tensor>(parameters);
  const slopes = grad(
    outputs.logits.square().mean(),
    wrt.map(([, tensor]) => tensor),
  );
  const graph = toOnnx(Object.fromEntries(slopes.map((slope, i) => [`by ${wrt[i]![0]}`, slope])));
  const runner = await engine.load(graph);
  const all = {
    ...Object.fromEntries(leaves<HostTensor>(fresh.parameters, 'p')),
    ...Object.fromEntries(leaves<HostTensor>(fresh.state, 's')),
    ...Object.fromEntries(leaves<HostTensor>(inputs, 'x')),
  };
  const feeds = Object.fromEntries(Object.keys(graph.inputs).map((name) => [name, all[name]!]));
  return () => runner.run(feeds);
}

const labels = Array.from({ length: 10 }, (_, i) => `class ${i}`);
const images = await gradients(cifarResNet({ depth: 20, labels }), {
  pixels: floats([64, 3, 32, 32]),
});
bench('ResNet-20, gradients, 64 images', async () => do_not_optimize(await images())).gc('inner');

// As many nodes and edges as PubMed has, and as many words a node.
const [nodes, edges, words] = [19_717, 44_324, 50];
const pairs = new Map<number, readonly [number, number]>();
while (pairs.size < edges) {
  const [a, b] = [rng.integer(nodes), rng.integer(nodes)];
  if (a !== b) pairs.set(Math.min(a, b) * nodes + Math.max(a, b), [a, b]);
}
const ends = [...pairs.values()];
const neighbours = graphNeighbours(
  {
    sources: Int32Array.from(ends, ([a]) => a),
    targets: Int32Array.from(ends, ([, b]) => b),
  },
  nodes,
);
const matrix = {
  rows: nodes,
  columns: 500,
  starts: Int32Array.from({ length: nodes + 1 }, (_, row) => row * words),
  indices: Int32Array.from({ length: nodes * words }, (_, i) => (i % words) * 10 + rng.integer(10)),
  values: new Float32Array(nodes * words).fill(1 / words),
};
const layers = [128, 64];
const dense = await gradients(gcn({ width: 500, layers }), {
  features: floats([nodes, 500]),
  ...neighbours,
});
bench('GCN, gradients, as large as PubMed', async () => do_not_optimize(await dense())).gc('inner');
const sparse = await gradients(gcn({ width: 500, layers, sparse: true }), {
  features: sparseFeatures(matrix),
  ...neighbours,
});
bench('the same, sparse features', async () => do_not_optimize(await sparse())).gc('inner');

const decoder = causalDecoder({
  vocabulary: 8192,
  maxTokens: 512,
  width: 256,
  layers: 4,
  heads: 8,
});
const graphs = generationGraphs(decoder);
const initialisers = Object.fromEntries(
  leaves<HostTensor>(decoder.init(Rng.from(0)).parameters, 'parameters'),
);
const [prefill, step] = await Promise.all(
  [graphs.prefill, graphs.step].map(({ outputs, inputs }) =>
    engine.load(toOnnx(outputs, { initialisers, inputs })),
  ),
);
const functions = {
  prefill: (feeds: { readonly [path: string]: HostTensor }) => prefill!.run(feeds),
  step: (feeds: { readonly [path: string]: HostTensor }) => step!.run(feeds),
};
const prompt = [1, 2, 3, 4];
bench('decoder of 4 layers of 256, 64 tokens, cached', async () =>
  do_not_optimize(await generate(functions, [prompt], { maxNewTokens: 64 }))).gc('inner');
const uncached = { prefill: functions.prefill };
bench('the same without a cache', async () =>
  do_not_optimize(await generate(uncached, [prompt], { maxNewTokens: 64 }))).gc('inner');

await run();
await engine.dispose();
