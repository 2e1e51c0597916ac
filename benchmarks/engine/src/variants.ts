import { hostTensor } from '@limbeck/core';
import type { Engine, HostTensors } from '@limbeck/runtime';
import { nodeEngine } from '@limbeck/runtime/node';
import { splitTail, Tensor, toOnnx } from '@limbeck/tensor';
import type { Way } from './alternate.js';
import { loadStep } from './load-step.js';
import type { Sizes } from './sizes.js';
import { startWeights } from './start.js';
import { type StepGraph, stepGraph } from './step-graph.js';
import { encoderTask } from './tasks/encoder.js';

/** The way that training goes. */
export const ownName = 'as it is';

type Methods = Partial<Pick<Tensor, 'gelu'>>;

/** Builds with other methods of tensors: what a lowering would be if it were written otherwise. */
function building<R>(methods: Methods, build: () => R): R {
  const own = Object.entries(methods).map(([name, method]) => {
    Object.defineProperty(Tensor.prototype, name, { value: method, configurable: true });
    return name;
  });
  try {
    return build();
  } finally {
    for (const name of own) Reflect.deleteProperty(Tensor.prototype, name);
  }
}

/** GELU as its formula, whose derivative follows from the rules of its parts. */
const geluFormula: Methods = {
  gelu(this: Tensor) {
    return this.mul(this.mul(Math.SQRT1_2).erf().add(1)).mul(0.5);
  },
};

/** The step as it is, and with one thing changed at a time. */
export async function variants(sizes: Sizes, threads: number): Promise<readonly Way[]> {
  const engine = await nodeEngine({ threads });
  const planning = await nodeEngine({ threads, memoryPattern: true });
  const weights = startWeights(sizes);
  const build = (methods: Methods = {}): StepGraph =>
    building(methods, () => stepGraph(weights, { sizes, lookup: 'gather', clip: 1 }));
  const fed = encoderTask({ system: 'limbeck', sizes, lookup: 'gather', threads }).batches;
  const feeds = (round: number): HostTensors => ({
    ...fed[round % fed.length]!,
    step: hostTensor('int64', [], BigInt64Array.of(BigInt(round))),
  });

  const stepping = async (
    name: string,
    change: string,
    graph: StepGraph,
    { on = engine, inPlace = true }: { readonly on?: Engine; readonly inPlace?: boolean } = {},
  ): Promise<Way> => {
    const { stepper, nodes } = await loadStep(on, graph, inPlace);
    return {
      name,
      role: name === ownName ? 'method' : 'baseline',
      factors: { change, nodes: String(nodes) },
      run: async (round) => void (await stepper.step(feeds(round), ['loss'])),
    };
  };
  const own = build();
  const { outputs } = splitTail(own.outputs, {
    kernels: new Set(engine.kernels),
    state: own.carry,
  });
  const once = async (name: string, change: string, fetch: readonly string[]): Promise<Way> => {
    const file = toOnnx(outputs);
    const runner = await engine.load(file);
    const known = ({ ...all }: HostTensors): HostTensors =>
      Object.fromEntries(Object.entries(all).filter(([input]) => input in file.inputs));
    return {
      name,
      role: 'baseline',
      factors: { change, nodes: String(file.nodeCount) },
      run: async (round) =>
        void (await runner.run(known({ ...own.state, ...feeds(round) }), fetch)),
    };
  };
  return [
    await stepping(ownName, 'updates in place, GELU one operator', own),
    await stepping('memory planned', 'memory is planned ahead by the sizes seen before', own, {
      on: planning,
    }),
    await stepping('updates in the graph', 'clipping and AdamW are nodes of the graph', own, {
      inPlace: false,
    }),
    await stepping(
      'GELU by formula',
      'GELU and its derivative from primitives',
      build(geluFormula),
    ),
    await once(
      'gradients alone',
      'no updates; the gradients are brought out',
      Object.keys(outputs),
    ),
    await once('nothing brought out', 'no updates; the gradients are computed and left', ['loss']),
  ];
}
