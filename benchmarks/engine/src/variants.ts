import type { HostTensor } from '@limbeck/core';
import type { Engine } from '@limbeck/runtime';
import { nodeEngine } from '@limbeck/runtime/node';
import { Tensor, toOnnx } from '@limbeck/tensor';
import type { Sizes } from './sizes.js';
import { startWeights } from './start.js';
import { type StepGraph, stepGraph } from './step-graph.js';

/** One way to write the step, ready to run. */
export interface Variant {
  readonly name: string;
  /** What it changes, in words. */
  readonly change: string;
  readonly nodes: number;
  /** Runs a step on these feeds. */
  run(feeds: { readonly [name: string]: HostTensor }): Promise<void>;
}

type Methods = Partial<Pick<Tensor, 'gelu' | 'sum'>>;

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

/** Where the methods come from that {@link building} hides. */
const inherited = Object.getPrototypeOf(Tensor.prototype) as Tensor;

/** Sums over the rows of a matrix as products with a row of ones. */
const sumsAsProducts: Methods = {
  sum(this: Tensor, ...given: Parameters<Tensor['sum']>) {
    const [axes] = given;
    if (axes !== 0 || this.shape.length !== 2) return inherited.sum.call(this, ...given);
    const ones = this.scalar(1).expand([1, this.shape[0]!]);
    return ones.matmul(this).reshape([this.shape[1]!]);
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
    return { name, change, nodes: file.nodeCount, run };
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
    return { name, change, nodes: file.nodeCount, run };
  };

  const own = build();
  const { loss, gradients, state } = own;
  const slopes = Object.fromEntries(gradients.map((g, i) => [`gradient/${i}`, g]));
  return [
    await stepping('as it is', 'GELU one operator, bias gradients by ReduceSum', own),
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
    await stepping('sums as products', 'bias gradients as ones · dY', build(sumsAsProducts)),
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
