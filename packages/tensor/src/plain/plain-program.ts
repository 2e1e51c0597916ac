import { type Dim, type HostTensor, sizeOf, type Spec } from '@limbeck/core';
import { checkNamedTensors } from '../check-tensors.js';
import { evaluateDim } from '../dims.js';
import { bindSpecs, namedInputs } from '../graph/bind.js';
import { forwardInputs, topologicalOrder } from '../graph/order.js';
import { simplify } from '../graph/simplify.js';
import type { Node, Operator } from '../operator.js';
import type { ConstantAttributes, InputAttributes } from '../ops/source.js';
import type { Tensor } from '../tensor.js';
import { kernelMakers } from './all-kernels.js';
import { BufferPool } from './buffer-pool.js';
import type { PlainKernel } from './kernel.js';
import { referenceKernel } from './reference.js';
import { fromHost, newStore, type PlainValue, toHost } from './store.js';

/** A graph that is ready to run. */
export interface PlainProgram {
  /** What must be fed. */
  readonly inputs: { readonly [name: string]: Spec };
  /**
   * Runs it.
   *
   * @param feeds - a value for every input, by name
   * @returns the values by name, in their own dtypes
   * @throws LimbeckError `missing-signal`, `dtype-mismatch`, `shape-mismatch`, `invalid-data` for feeds that do not fit
   */
  run(feeds: { readonly [name: string]: HostTensor }): { readonly [name: string]: HostTensor };
}

/** Options of {@link plainProgram}. */
export interface PlainProgramOptions {
  /** Inputs that are the same in every run, such as parameters, by name. @defaultValue none */
  readonly values?: { readonly [name: string]: HostTensor };
}

/** One node that is computed in every run. */
interface Step {
  readonly node: Node;
  readonly kernel: PlainKernel;
  /** Where its inputs lie. */
  readonly inputs: readonly number[];
  /** Where its outputs go. */
  readonly outputs: readonly number[];
  /** Whether its output is its input in another shape. */
  readonly isView: boolean;
  /** Places whose memory nobody reads after this step. */
  readonly done: readonly number[];
}

/** How many bindings of sizes are remembered. */
const mostBindings = 64;

/**
 * Makes a graph ready to run in plain TypeScript, in float32: loops over typed arrays that are used again, with no code
 * but this. What follows from `values` alone is computed once. An operator without a loop of its own is computed by the
 * reference, in float64, and rounded: every operator runs.
 *
 * Sums are kept in float64 inside a node, so that outputs differ from ONNX Runtime's in the last digits of float32.
 *
 * @throws LimbeckError as the operators that are computed at once
 * @example
 * ```ts
 * import { hostTensor } from '@limbeck/core';
 * import { input, plainProgram } from '@limbeck/tensor';
 *
 * const x = input('x', { dtype: 'float32', shape: ['batch', 2] });
 * const w = input('w', { dtype: 'float32', shape: [2, 1] });
 * const values = { w: hostTensor('float32', [2, 1], [3, 4]) };
 * const program = plainProgram({ y: x.matmul(w) }, { values });
 * const { y } = program.run({ x: hostTensor('float32', [1, 2], [1, 2]) });
 * console.log(y?.dtype, y?.data[0]); // float32 11
 * ```
 */
export function plainProgram(
  outputs: { readonly [name: string]: Tensor },
  options: PlainProgramOptions = {},
): PlainProgram {
  checkNamedTensors('plainProgram', outputs, 'output');
  return new Program(simplify(outputs), options.values ?? {});
}

class Program implements PlainProgram {
  readonly inputs: { readonly [name: string]: Spec };
  readonly #specs: ReadonlyMap<string, Spec>;
  readonly #steps: readonly Step[];
  /** Places whose memory is free once the outputs have been copied. */
  readonly #last: readonly number[];
  /** Values that are there before a run; undefined where a run puts one. */
  readonly #known: (PlainValue | undefined)[] = [];
  readonly #places = new Map<Node, number>();
  readonly #results: readonly (readonly [name: string, place: number])[];
  readonly #fed: readonly (readonly [name: string, place: number])[];
  readonly #sizes = new Map<string, Map<Dim, number>>();
  readonly #pool = new BufferPool();

  constructor(
    outputs: { readonly [name: string]: Tensor },
    values: { readonly [name: string]: HostTensor },
  ) {
    const order = topologicalOrder(Object.values(outputs), forwardInputs);
    const fed: (readonly [string, number])[] = [];
    const inputs = namedInputs(order);
    const given = new Map([...inputs].filter(([name]) => values[name] !== undefined));
    bindSpecs(given, values);
    this.#specs = new Map([...inputs].filter(([name]) => !given.has(name)));
    this.inputs = Object.fromEntries(this.#specs);
    const steps: Omit<Step, 'done'>[] = [];
    for (const node of order) {
      const place = this.#known.length;
      this.#places.set(node, place);
      for (let i = 0; i < Math.max(1, node.outputs.length); i++) this.#known.push(undefined);
      const { name } = node.operator;
      if (name === 'constant') {
        this.#known[place] = fromHost((node.attributes as ConstantAttributes).value);
      } else if (name === 'input') {
        const own = (node.attributes as InputAttributes).name;
        if (given.has(own)) this.#known[place] = valueOf(values[own]!, given.get(own)!);
        else fed.push([own, place]);
      } else {
        const step = this.#step(node, place);
        if (step !== undefined) steps.push(step);
      }
    }
    this.#fed = fed;
    this.#results = Object.entries(outputs).map(([name, tensor]) => [name, this.#placeOf(tensor)]);
    const results = this.#results.map(([, place]) => place);
    const { steps: all, last } = withLastReads(steps, results);
    this.#steps = all;
    this.#last = last;
    this.#forgetUnread();
  }

  #placeOf({ node, index }: Tensor): number {
    return this.#places.get(node)! + index;
  }

  /** A step, or nothing where the node follows from what is known and has been computed. */
  #step(node: Node, place: number): Omit<Step, 'done'> | undefined {
    const inputs = forwardInputs(node).map((tensor) => this.#placeOf(tensor));
    const known = inputs.map((at) => this.#known[at]);
    const isView = node.operator.name === 'reshape' || node.operator.name === 'stopGradient';
    const kernel = kernelMakers[node.operator.name]?.(node, known) ?? referenceKernel(node);
    const outputs = node.outputs.map((_, index) => place + index);
    const isFixed =
      inputs.every((_, i) => known[i] !== undefined) &&
      node.outputs.every(({ shape }) => shape.every((size) => typeof size === 'number')) &&
      (node.operator as Operator).opaque !== true &&
      !namesSize(node);
    const step = { node, kernel, inputs, outputs, isView };
    if (!isFixed) return step;
    const made = node.outputs.map(({ dtype, shape }) => {
      const sizes = shape as readonly number[];
      const data = isView ? known[0]!.data : newStore(dtype, sizeOf(sizes));
      return { dtype, shape: sizes, data };
    });
    if (!isView) kernel(known as PlainValue[], made, (size) => evaluateDim(size, new Map()));
    made.forEach((value, index) => (this.#known[place + index] = value));
    return undefined;
  }

  /** Lets what only other known values were made of go. */
  #forgetUnread(): void {
    const read = new Set(this.#results.map(([, place]) => place));
    for (const { inputs } of this.#steps) for (const place of inputs) read.add(place);
    this.#known.forEach((value, place) => {
      if (value !== undefined && !read.has(place)) this.#known[place] = undefined;
    });
  }

  run(feeds: { readonly [name: string]: HostTensor }): { readonly [name: string]: HostTensor } {
    const bindings = bindSpecs(this.#specs, feeds);
    const dim = this.#dims(bindings);
    const values = [...this.#known];
    for (const [name, place] of this.#fed) {
      values[place] = valueOf(feeds[name]!, this.#specs.get(name)!);
    }
    for (const { node, kernel, inputs, outputs, isView, done } of this.#steps) {
      const given = inputs.map((place) => values[place]!);
      const made = node.outputs.map(({ dtype, shape }): PlainValue => {
        const sizes = shape.map(dim);
        if (isView) return { dtype, shape: sizes, data: given[0]!.data };
        return { dtype, shape: sizes, data: this.#pool.take(dtype, sizeOf(sizes)) };
      });
      if (!isView) kernel(given, made, dim);
      outputs.forEach((place, index) => (values[place] = made[index]));
      for (const place of done) this.#pool.give(values[place]!.data);
    }
    const results = this.#results.map(([name, at]) => [name, toHost(values[at]!)] as const);
    for (const place of this.#last) this.#pool.give(values[place]!.data);
    return Object.fromEntries(results);
  }

  /** What sizes stand for: worked out once for every binding of the names. */
  #dims(bindings: ReadonlyMap<string, number>): (size: Dim) => number {
    const key = [...bindings.values()].join();
    let found = this.#sizes.get(key);
    if (found === undefined) {
      if (this.#sizes.size >= mostBindings) this.#sizes.clear();
      found = new Map();
      this.#sizes.set(key, found);
    }
    const sizes = found;
    return (size) => {
      if (typeof size === 'number') return size;
      let number = sizes.get(size);
      if (number === undefined) {
        number = evaluateDim(size, bindings);
        sizes.set(size, number);
      }
      return number;
    };
  }
}

/** A tensor of the host as an input's spec has it: float64 may stand for float32. */
function valueOf(tensor: HostTensor, { dtype }: Spec): PlainValue {
  const value = fromHost(tensor);
  return value.dtype === dtype ? value : { ...value, dtype, data: Float32Array.from(value.data) };
}

/** Whether an operator's attributes name a size, which only a run binds. */
function namesSize({ attributes }: Node): boolean {
  const { dim, start, stop, size } = attributes as { readonly [name: string]: unknown };
  return [dim, start, stop, size].some((value) => typeof value === 'string');
}

/** Notes after which step each piece of memory is free, and which only outputs are read from: views show that of others. */
function withLastReads(
  steps: readonly Omit<Step, 'done'>[],
  results: readonly number[],
): { readonly steps: readonly Step[]; readonly last: readonly number[] } {
  const shown = new Map<number, number>();
  const lastRead = new Map<number, number>();
  const ownerOf = (place: number): number => shown.get(place) ?? place;
  steps.forEach(({ inputs, outputs, isView }, at) => {
    for (const place of inputs) lastRead.set(ownerOf(place), at);
    if (isView) shown.set(outputs[0]!, ownerOf(inputs[0]!));
    else for (const place of outputs) lastRead.set(place, at);
  });
  const made = new Set(steps.flatMap(({ outputs, isView }) => (isView ? [] : outputs)));
  const kept = new Set(results.map(ownerOf).filter((place) => made.has(place)));
  const done = steps.map((): number[] => []);
  for (const [place, at] of lastRead) {
    if (made.has(place) && !kept.has(place)) done[at]!.push(place);
  }
  return { steps: steps.map((step, at) => ({ ...step, done: done[at]! })), last: [...kept] };
}
