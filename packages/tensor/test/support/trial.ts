import { allocate, type Dim, type DType, type HostTensor, Rng, type Spec } from '@limbeck/core';
import { fc } from '@fast-check/vitest';
import { evaluateDim } from '../../src/dims.js';
import { input } from '../../src/functions.js';
import type { Tensor } from '../../src/tensor.js';

/** One use of an operator: what is fed, and what is made of it. */
export interface Trial {
  readonly specs: { readonly [name: string]: Spec };
  readonly feeds: { readonly [name: string]: HostTensor };
  build(inputs: { readonly [name: string]: Tensor }): readonly Tensor[];
}

/** The inputs of a trial as tensors. */
export function inputsOf(trial: Trial): { readonly [name: string]: Tensor } {
  return Object.fromEntries(
    Object.entries(trial.specs).map(([name, spec]) => [name, input(name, spec)]),
  );
}

/** Sizes to build shapes from: each a number or a name, 0 among them, and values drawn with a seed. */
export class Material {
  readonly #names = new Map<string, number>();
  readonly #rng: Rng;
  readonly specs: { [name: string]: Spec } = {};
  readonly feeds: { [name: string]: HostTensor } = {};

  constructor(seed: number) {
    this.#rng = Rng.from(seed);
  }

  /** A whole number from `low` to `high`. */
  whole(low: number, high: number): number {
    return low + this.#rng.integer(high - low + 1);
  }

  /** Whether, with the given probability. */
  chance(probability = 0.5): boolean {
    return this.#rng.uniform() < probability;
  }

  /** A size from `low` to `high`; half of all are named. */
  dim(low = 0, high = 4): Dim {
    const size = this.whole(low, high);
    if (this.chance()) return size;
    const name = `n${this.#names.size}`;
    this.#names.set(name, size);
    return name;
  }

  /** The number that a size stands for. */
  size(dim: Dim): number {
    return evaluateDim(dim, this.#names);
  }

  /** A shape of `low` to `high` axes; one in four has an empty axis. */
  shape(low = 0, high = 3): Dim[] {
    const smallest = this.chance(0.25) ? 0 : 1;
    return Array.from({ length: this.whole(low, high) }, () => this.dim(smallest, 3));
  }

  /** A shape that broadcasts with this one: axes left out in front, or 1. */
  narrower(shape: readonly Dim[]): Dim[] {
    const lead = this.chance() ? 0 : this.whole(0, shape.length);
    return shape.slice(lead).map((dim) => (this.chance(0.3) ? 1 : dim));
  }

  /** Declares an input whose elements come from a function. */
  feed(name: string, dtype: DType, shape: readonly Dim[], element: () => number): void {
    const sizes = shape.map((dim) => this.size(dim));
    const count = sizes.reduce((a, b) => a * b, 1);
    const data = allocate(dtype === 'float32' ? 'float64' : dtype, count);
    for (let i = 0; i < count; i++) data[i] = dtype === 'int64' ? BigInt(element()) : element();
    this.specs[name] = { dtype, shape };
    this.feeds[name] = { dtype: dtype === 'float32' ? 'float64' : dtype, shape: sizes, data };
  }

  /** Declares a float input of values in `[low, high)`. */
  floats(name: string, shape: readonly Dim[], low = -2, high = 2): void {
    this.feed(name, 'float32', shape, () => this.#rng.uniform(low, high));
  }

  /** Declares a float input whose values are at least 0.1 from 0, where |x| and its like have a kink. */
  floatsOffZero(name: string, shape: readonly Dim[]): void {
    const sign = (): number => (this.chance() ? 1 : -1);
    this.feed(name, 'float32', shape, () => sign() * this.#rng.uniform(0.1, 2));
  }

  /** Declares a float input of values that differ from each other by at least 0.25, shifted by `offset`. */
  distinct(name: string, shape: readonly Dim[], offset = 0): void {
    const count = shape.reduce<number>((product, dim) => product * this.size(dim), 1);
    const order = this.#rng.permutation(count);
    let next = 0;
    this.feed(name, 'float32', shape, () => (order[next++]! - count / 2) / 4 + offset);
  }

  /** Declares an input of whole numbers from `low` to `high`. */
  wholes(
    name: string,
    shape: readonly Dim[],
    low: number,
    high: number,
    dtype: DType = 'int64',
  ): void {
    this.feed(name, dtype, shape, () => this.whole(low, high));
  }

  /** The trial that builds this. */
  trial(build: Trial['build']): Trial {
    return { specs: this.specs, feeds: this.feeds, build };
  }
}

/** Trials from a seed. */
export function trials(make: (material: Material) => Trial): fc.Arbitrary<Trial> {
  return fc.nat(2 ** 31).map((seed) => make(new Material(seed)));
}
