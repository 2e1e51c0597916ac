import type { HostTensor } from '@limbeck/core';
import type { Engine } from '@limbeck/runtime';
import { nodeEngine } from '@limbeck/runtime/node';
import { Tensor, toOnnx } from '@limbeck/tensor';
import type { Sizes } from './sizes.js';
import { startWeights } from './start.js';
import { isRowOfOnes } from './products.js';
import { type StepGraph, stepGraph } from './step-graph.js';

/** One way to write the step, ready to run. */
export interface Variant {
  readonly name: string;
  /** What it changes, in words. */
  readonly change: string;
  readonly nodes: number;
  /** Size of the graph as a file, in bytes. */
  readonly sizeBytes: number;
  /** Runs a step on these feeds. */
  run(feeds: { readonly [name: string]: HostTensor }): Promise<void>;
}

type Methods = Partial<Pick<Tensor, 'gelu' | 'matmul'>>;

/** Builds with other methods of tensors: what a lowering would be if it were written otherwise. */
function building<R>(methods: Methods, build: () => R): R {
  const own = Object.keys(methods).map(
    (name) => [name, Object.getOwnPropertyDescriptor(Tensor.prototype, name)] as const,
  );
  Object.assign(Tensor.prototype, methods);
  try {
    return build();
  } finally {
    for (const [name, before] of own) {
      if (before === undefined) Reflect.deleteProperty(Tensor.prototype, name);
      else Object.defineProperty(Tensor.prototype, name, before);
    }
  }
}

/** GELU as its formula, whose derivative follows from the rules of its parts. */
const geluFormula: Methods = {
  gelu(this: Tensor) {
    return this.mul(this.mul(Math.SQRT1_2).erf().add(1)).mul(0.5);
  },
};

const product = Object.getOwnPropertyDescriptor(Tensor.prototype, 'matmul')!
  .value as Tensor['matmul'];

/** Gradients of biases, γ and β by ReduceSum instead of by a product with a row of ones. */
const reducedSums: Methods = {
  matmul(this: Tensor, other, options) {
    return isRowOfOnes(this) ? other.sum(0, { keep: true }) : product.call(this, other, options);
  },
};

/** The step as it is, and with one thing changed at a time. */
export async function variants(sizes: Sizes, threads: number): Promise<readonly Variant[]> {
  const engine = await nodeEngine({ threads });
  const planning = await nodeEngine({ threads, memoryPattern: true });
  const weights = startWeights(sizes);
  const build = (methods: Methods = {}): StepGraph =>
    building(methods, () => stepGraph(weights, { sizes, lookup: 'gather' }));

  const stepping = async (
    name: string,
    change: string,
    graph: StepGraph,
    on: Engine = engine,
  ): Promise<Variant> => {
    const file = toOnnx(graph.outputs);
    const runner = await on.load(file);
    const stepper = await runner.stepper(graph);
    const run = async (feeds: { readonly [name: string]: HostTensor }): Promise<void> =>
      void (await stepper.step(feeds, ['loss']));
    return { name, change, nodes: file.nodeCount, sizeBytes: file.bytes.length, run };
  };
  const once = async (
    name: string,
    change: string,
    outputs: StepGraph['outputs'],
    state: StepGraph['state'],
    fetch: readonly string[],
  ): Promise<Variant> => {
    const file = toOnnx(outputs);
    const runner = await engine.load(file);
    const needed = Object.entries(state).filter(([input]) => input in file.inputs);
    const run = async (feeds: { readonly [name: string]: HostTensor }): Promise<void> => {
      const all = { ...Object.fromEntries(needed), ...feeds };
      const given = Object.entries(all).filter(([input]) => input in file.inputs);
      await runner.run(Object.fromEntries(given), fetch);
    };
    return { name, change, nodes: file.nodeCount, sizeBytes: file.bytes.length, run };
  };

  const own = build();
  const { loss, gradients, state } = own;
  const slopes = Object.fromEntries(gradients.map((g, i) => [`gradient/${i}`, g]));
  return [
    await stepping(
      'as it is',
      'GELU one operator; gradients of biases, γ and β as products with ones',
      own,
    ),
    await stepping(
      'memory planned',
      'memory is planned ahead by the sizes seen before',
      own,
      planning,
    ),
    await stepping(
      'GELU by formula',
      'GELU and its derivative from primitives',
      build(geluFormula),
    ),
    await stepping('ReduceSum', 'gradients of biases, γ and β by ReduceSum', build(reducedSums)),
    await once('nothing brought out', 'the new state is computed and left', own.outputs, state, [
      'loss',
    ]),
    await once(
      'gradients alone',
      'no optimiser; the gradients are brought out',
      { loss, ...slopes },
      state,
      ['loss', ...Object.keys(slopes)],
    ),
  ];
}
