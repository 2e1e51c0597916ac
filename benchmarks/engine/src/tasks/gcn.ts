import { type HostTensor, hostTensor, leaves, Rng } from '@limbeck/core';
import { crossEntropy } from '@limbeck/losses';
import { gcn, type GcnParameters, graphNeighbours, type GraphInputs } from '@limbeck/nn';
import { adam } from '@limbeck/optim';
import { type Empty, input, inputsFor, reduceTerms } from '@limbeck/tensor';
import { int64 } from '../start.js';
import { modelStep } from './model-step.js';
import type { Task } from './task.js';

/** The sizes of PubMed. Sen et al., "Collective Classification in Network Data", 2008. */
const pubmed = { nodes: 19_717, edges: 44_324, width: 500, classes: 3 };

/**
 * Two graph convolutions on a random graph of PubMed's sizes, all nodes in one step.
 *
 * @param scale - 1 for the whole size; smaller for a smaller graph
 */
export function gcnTask(scale: number): Task {
  const sized = (count: number): number => Math.max(8, Math.round(count * scale));
  const [nodes, edges, width] = [sized(pubmed.nodes), sized(pubmed.edges), sized(pubmed.width)];
  const model = gcn({ width, layers: [16, pubmed.classes] });
  const rng = Rng.from(1);
  const inputs = inputsFor<GraphInputs>(model.inputs, '');
  const chosen = input('labels', { dtype: 'int64', shape: ['nodes'] });
  const loss = crossEntropy();
  const draw = rng.stream('graph');
  const { neighbours, scale: norms } = graphNeighbours(randomEdges(draw, nodes, edges), nodes);
  // A tenth of the words, as rows of TF-IDF have them.
  const words = Float32Array.from({ length: nodes * width }, () =>
    draw.uniform() < 0.1 ? draw.uniform() : 0,
  );
  const features = hostTensor('float32', [nodes, width], words);
  const graph = Object.fromEntries(leaves<HostTensor>({ features, neighbours, scale: norms }));
  const labels = Int32Array.from({ length: nodes }, () => draw.integer(pubmed.classes));
  return {
    ...modelStep<GcnParameters, Empty>({
      ...model.init(rng.stream('weights')),
      optimizer: adam({ rate: 0.01, weightDecay: 5e-4 }),
      forward: ({ parameters, state, context }) => {
        const { outputs } = model.apply({ parameters, state, inputs, context });
        const given = { parameters: {}, state: {}, context };
        const { terms } = loss.apply({ student: outputs, labels: chosen }, given);
        return { loss: reduceTerms(terms), state };
      },
    }),
    batches: [{ ...graph, labels: int64([nodes], labels) }],
  };
}

/** Edges that are all different; a few nodes have many, as citations go. */
function randomEdges(
  rng: Rng,
  nodes: number,
  count: number,
): { readonly sources: Int32Array; readonly targets: Int32Array } {
  const seen = new Set<number>();
  const ends: [number, number][] = [];
  while (ends.length < count) {
    const source = rng.integer(nodes);
    const target = Math.floor(nodes * rng.uniform() ** 3);
    const key = Math.min(source, target) * nodes + Math.max(source, target);
    if (source === target || seen.has(key)) continue;
    seen.add(key);
    ends.push([source, target]);
  }
  return {
    sources: Int32Array.from(ends, ([source]) => source),
    targets: Int32Array.from(ends, ([, target]) => target),
  };
}
