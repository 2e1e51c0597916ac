import { type HostTensor, sizeOf, type Spec } from '@limbeck/core';
import type { Tail, TailSource, TailStep } from '@limbeck/tensor';
import type { HostTensors } from '../engine.js';
import { type Kernels, kernelsOver } from '../kernels/kernels.js';
import { Arena, arenaBytes } from './arena.js';
import { loops } from './loops.js';

/** What a run of the tail finds. */
export interface TailInputs {
  /** What was fed, constants, and the state before the step. */
  readonly inputs: HostTensors;
  /** What the graph has made. */
  readonly outputs: HostTensors;
}

const isFixed = ({ shape }: Spec): boolean => shape.every((dim) => typeof dim === 'number');
const sumsBytes = 32 * Float64Array.BYTES_PER_ELEMENT;

/** Runs a {@link Tail} over the state of one stepper, which lies in one {@link Arena} as far as loops touch it. */
export class StepperTail {
  readonly #tail: Tail;
  readonly #arena: Arena;
  readonly #kernels: Kernels;
  readonly #touched: ReadonlySet<string>;
  readonly #hidden: { [output: string]: HostTensor } = {};
  readonly #results: (HostTensor | undefined)[][];
  readonly #sums: number;

  /**
   * @param tail - the loops
   * @param state - where the state starts
   * @param written - the inputs that the graph writes, which have two buffers
   */
  constructor(tail: Tail, state: HostTensors, written: ReadonlySet<string>) {
    this.#tail = tail;
    const overwritten = tail.steps.flatMap(({ results }) => results.map((made) => made.state));
    const touched = new Set([...Object.keys(tail.inputs), ...overwritten]);
    this.#touched = new Set(Object.keys(state).filter((name) => touched.has(name)));
    const fixed = Object.entries(tail.hidden).filter(([, spec]) => isFixed(spec));
    const free = tail.steps.map(({ results }) =>
      results.map(({ spec, state: over }) => (over === undefined ? spec : undefined)),
    );
    let bytes = sumsBytes;
    for (const name of this.#touched) {
      bytes += arenaBytes(state[name]!) * (written.has(name) ? 2 : 1);
    }
    for (const [, spec] of fixed) bytes += arenaBytes(spec);
    for (const spec of free.flat()) if (spec !== undefined) bytes += arenaBytes(spec);
    this.#arena = new Arena(bytes);
    this.#kernels = kernelsOver(this.#arena.memory);
    this.#sums = this.#arena.scratch('sums', sumsBytes);
    for (const [name, spec] of fixed) this.#hidden[name] = this.#arena.tensor(spec);
    this.#results = free.map((specs) =>
      specs.map((spec) => (spec === undefined ? undefined : this.#arena.tensor(spec))),
    );
  }

  /** An empty buffer for a part of the state, where the loops reach it; undefined if they need not. */
  buffer(name: string, value: HostTensor): HostTensor | undefined {
    return this.#touched.has(name) ? this.#arena.tensor(value) : undefined;
  }

  /** What the graph is to be asked for: each with the buffer to write it into, or undefined for a new one. */
  get wanted(): { readonly [output: string]: HostTensor | undefined } {
    const wanted: { [output: string]: HostTensor | undefined } = {};
    for (const { inputs } of this.#tail.steps) {
      for (const from of inputs) {
        if ('output' in from) wanted[from.output] = this.#buffer(from.output);
      }
    }
    return wanted;
  }

  /**
   * Runs the loops: first those that write no state, then, if `goOn` agrees, the others.
   *
   * @param goOn - is shown the outputs that the first loops made
   * @returns what the tail made under the names of outputs, in arrays of their own, but for what is state; all of it is
   * NaN where the loops that make it did not run
   */
  run(given: TailInputs, goOn: (made: HostTensors) => boolean): HostTensors {
    const { steps } = this.#tail;
    const count = steps.findIndex(({ results }) =>
      results.some(({ state }) => state !== undefined),
    );
    const first = count < 0 ? steps.length : count;
    for (let i = 0; i < first; i++) this.#step(i, given);
    const early = this.#made(0, first);
    const goesOn = goOn(early);
    for (let i = first; i < steps.length; i++) {
      if (goesOn) this.#step(i, given);
      else for (const result of this.#results[i]!) result?.data.fill(Number.NaN as never);
    }
    return { ...early, ...this.#made(first, steps.length) };
  }

  #made(from: number, until: number): HostTensors {
    const made: { [output: string]: HostTensor } = {};
    for (let i = from; i < until; i++) {
      this.#tail.steps[i]!.results.forEach(({ output }, index) => {
        const result = this.#result(i, index);
        if (output === undefined || result === undefined) return;
        made[output] = { ...result, data: result.data.slice() };
      });
    }
    return made;
  }

  /** What the graph writes a hidden output into, if its size is fixed. */
  #buffer(output: string): HostTensor | undefined {
    const found = this.#hidden[output];
    if (found === undefined) return undefined;
    this.#hidden[output] = this.#arena.renewed(found);
    return this.#hidden[output];
  }

  #result(step: number, index: number): HostTensor | undefined {
    const result = this.#results[step]![index];
    if (result === undefined) return undefined;
    this.#results[step]![index] = this.#arena.renewed(result);
    return this.#results[step]![index];
  }

  /** Where something lies; what lies elsewhere is copied in. */
  #place(key: string, tensor: HostTensor): number {
    return this.#arena.offsetOf(tensor) ?? this.#arena.copied(key, tensor.data);
  }

  #find(from: TailSource, given: TailInputs): HostTensor {
    if ('input' in from) return given.inputs[from.input]!;
    if ('output' in from) return given.outputs[from.output] ?? this.#buffer(from.output)!;
    if ('number' in from) {
      return { dtype: 'float32', shape: [], data: Float32Array.of(from.number) };
    }
    const state = this.#tail.steps[from.step]!.results[from.index]!.state;
    return state === undefined ? this.#result(from.step, from.index)! : given.inputs[state]!;
  }

  #step(number: number, given: TailInputs): void {
    const step: TailStep = this.#tail.steps[number]!;
    const found = step.inputs.map((from) => this.#find(from, given));
    const results = step.results.map(({ state }, index) =>
      state === undefined ? this.#result(number, index)! : given.inputs[state]!,
    );
    const offsets = results.map((result) => this.#arena.offsetOf(result)!);
    const { memory } = this.#arena;
    loops[step.kernel]!({
      kernels: this.#kernels,
      attributes: step.attributes,
      inputs: found.length,
      // Copying may make the memory grow, which moves nothing but ends the arrays over it: sizes are read off shapes.
      at: (input) => this.#place(`${number}.${input}`, found[input]!),
      count: (input) => sizeOf(found[input]!.shape),
      number: (input) => Number(this.#arena.renewed(found[input]!).data[0]),
      isNarrow: (input) => found[input]!.dtype === 'int32',
      into: (result) => offsets[result]!,
      shape: (result) => results[result]!.shape,
      set: (result, value) => {
        (this.#arena.renewed(results[result]!).data as Float32Array)[0] = value;
      },
      // Anew at each look: what `at` copies in may have made the memory grow, and arrays over it end then.
      sums: { at: this.#sums, data: () => new Float64Array(memory.buffer, this.#sums, 32) },
    });
  }

  /** A buffer as it is seen now; the memory may have grown. */
  renewed(tensor: HostTensor): HostTensor {
    return this.#arena.renewed(tensor);
  }
}
