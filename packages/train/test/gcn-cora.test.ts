import { type HostTensor, hostTensor, leaves, Rng, type Specs } from '@limbeck/core';
import { denseRows } from '@limbeck/data';
import { readGraph } from '@limbeck/data/node';
import { gcn, type GcnParameters, type GraphInputs, graphNeighbours } from '@limbeck/nn';
import { adamw, type AdamwState } from '@limbeck/optim';
import { nodeEngine } from '@limbeck/runtime/node';
import {
  createContext,
  grad,
  input,
  inputsFor,
  specsOf,
  type Tensor,
  type TensorTree,
  toOnnx,
} from '@limbeck/tensor';
import { expect, test } from 'vitest';
import { requires } from '../../../test-support/requires.js';

type Hosts = { [name: string]: HostTensor };

const hosts = (tree: unknown, prefix: string): Hosts =>
  Object.fromEntries(leaves<HostTensor>(tree, prefix));

test('a graph convolution learns Cora from 140 labels as its paper says', async (context) => {
  const graph = await readGraph('cora', { folder: requires('data', context) });
  const model = gcn({ width: 1433, layers: [16, 7] });
  const given = {
    features: denseRows(graph.features!, { normalise: true }),
    ...graphNeighbours(graph.edges, graph.nodes),
  };
  const ids = (nodes: Int32Array): HostTensor =>
    hostTensor('int64', [nodes.length], BigInt64Array.from(nodes, BigInt));
  const { train, test: held } = graph.split;

  const parameters = inputsFor<GcnParameters>(model.parameterSpecs, 'p');
  const inputs = inputsFor<GraphInputs>(model.inputs, 'g');
  const logits = model.apply({
    parameters,
    inputs,
    state: {},
    context: createContext({ training: true }),
  }).outputs.logits;
  const rows = input('rows', { dtype: 'int64', shape: [train.length] });
  const labels = input('labels', { dtype: 'int64', shape: [train.length] });
  const nats = logits
    .gather(rows)
    .logSoftmax()
    .takeAlong(labels.reshape([-1, 1]))
    .mean()
    .neg();
  // The paper decays the first layer alone, as a term of the loss.
  const loss = nats.add(
    parameters.layers[0]!.weight.square()
      .sum()
      .mul(5e-4 / 2),
  );

  const own = Object.fromEntries(leaves<Tensor>(parameters));
  const optimizer = adamw({ rate: 0.01, weightDecay: 0 });
  const moments = optimizer.init(own);
  const gradients = grad(loss, Object.values(own));
  const step = input('step', { dtype: 'int64', shape: [] });
  const next = optimizer.update({
    parameters: own,
    gradients: Object.fromEntries(Object.keys(own).map((path, i) => [path, gradients[i]!])),
    state: inputsFor<AdamwState>(specsOf(moments) as Specs<AdamwState>, 'm'),
    step,
    steps: step,
  });
  const carried = {
    ...Object.fromEntries(leaves<Tensor>(next.parameters, 'p')),
    ...Object.fromEntries(leaves<Tensor>(next.state as TensorTree, 'm')),
  };
  const outputs = Object.fromEntries(Object.entries(carried).map(([k, v]) => [`next/${k}`, v]));

  const engine = await nodeEngine({ threads: 1 });
  const runner = await engine.load(toOnnx({ ...outputs, loss, logits }));
  const stepper = await runner.stepper({
    carry: Object.fromEntries(Object.keys(carried).map((name) => [`next/${name}`, name])),
    state: { ...hosts(model.init(Rng.from(1)).parameters, 'p'), ...hosts(moments, 'm') },
    constants: {
      ...hosts(given, 'g'),
      rows: ids(train),
      labels: ids(train.map((node) => graph.labels[node]!)),
    },
  });
  let last: Hosts = {};
  for (let done = 0; done < 200; done++) {
    const at = hostTensor('int64', [], [done]);
    last = await stepper.step({ step: at }, done === 199 ? ['logits', 'loss'] : ['loss']);
  }
  await engine.dispose();

  const scores = last['logits']!.data as Float32Array;
  const guess = (node: number): number => {
    const row = Array.from(scores.subarray(node * 7, node * 7 + 7));
    return row.indexOf(Math.max(...row));
  };
  const right = held.filter((node) => guess(node) === graph.labels[node]).length;
  console.log(`Cora: ${right} of ${held.length} test papers right; the paper reports 81.5 %`);
  expect(right / held.length).toBeGreaterThanOrEqual(0.79);
});
