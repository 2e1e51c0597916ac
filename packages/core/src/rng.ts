import { checkWhole, checkPositive } from './checks.js';
import { LimbeckError } from './errors.js';

/** What {@link Rng.save} returns and {@link Rng.restore} takes: plain JSON. */
export interface RngState {
  readonly formatVersion: 1;
  /** The four 32-bit words of the generator. */
  readonly words: readonly [number, number, number, number];
  /** The words that name this stream; children are derived from them, never from what was drawn. */
  readonly origin: readonly [number, number, number, number];
}

/** Mixes one 32-bit word (the finaliser of MurmurHash3, Appleby 2011). */
function mix(word: number): number {
  let h = word | 0;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}

/** Four words from a seed and a name, by an FNV-like walk over the name's UTF-16 units. */
function derive(base: readonly number[], name: string): [number, number, number, number] {
  const words: number[] = base.map((word, lane) => mix(word ^ Math.imul(lane + 1, 0x9e3779b9)));
  for (let i = 0; i < name.length; i++) {
    const unit = name.charCodeAt(i);
    for (let lane = 0; lane < 4; lane++) {
      words[lane] = mix(
        Math.imul(words[lane]! ^ unit, 0x01000193) + Math.imul(lane + 1, 0x85ebca6b) + i,
      );
    }
  }
  // xoshiro must not start from four zeros.
  if (!words.some((word) => word !== 0)) words[0] = 1;
  return words as [number, number, number, number];
}

/**
 * A seeded random generator with named streams (xoshiro128**, Blackman and Vigna 2018).
 *
 * A stream depends on the seed and on its path of names alone: drawing from one never moves another, and
 * asking for a stream in another order changes nothing. The state can be saved and restored.
 *
 * @example
 * ```ts
 * import { Rng } from '@limbeck/core';
 *
 * const rng = Rng.from(7);
 * const order = rng.stream('shuffle').permutation(5);
 * console.log(order.length); // 5
 * ```
 */
export class Rng {
  readonly #words: Uint32Array;
  readonly #origin: readonly [number, number, number, number];

  private constructor(words: readonly number[], origin: readonly [number, number, number, number]) {
    this.#words = Uint32Array.from(words);
    this.#origin = origin;
  }

  /** The generator of a seed, a whole number of at least 0. @throws LimbeckError `invalid-option` */
  static from(seed: number): Rng {
    checkWhole('Rng.from', { seed }, 0, 'Pass a seed such as 0.');
    const low = seed >>> 0;
    const high = Math.floor(seed / 2 ** 32) >>> 0;
    const words = derive([low, high, 0x243f6a88, 0x85a308d3], 'seed');
    return new Rng(words, words);
  }

  /** A generator that goes on where {@link Rng.save} left off. @throws LimbeckError `invalid-data`, `format-too-new` */
  static restore(state: RngState): Rng {
    if ((state as { formatVersion: unknown }).formatVersion !== 1) {
      throw new LimbeckError('format-too-new', {
        where: 'Rng.restore',
        given: `formatVersion ${String(state.formatVersion)}`,
        expected: 'formatVersion 1',
        next: 'Update @limbeck/core.',
      });
    }
    const isWord = (word: unknown): boolean =>
      typeof word === 'number' && Number.isInteger(word) && word >= 0 && word < 2 ** 32;
    const { words, origin } = state;
    if (words.length !== 4 || origin.length !== 4 || ![...words, ...origin].every(isWord)) {
      throw new LimbeckError('invalid-data', {
        where: 'Rng.restore',
        given: JSON.stringify(state).slice(0, 200),
        expected: 'four 32-bit words and their origin, as save() returned them',
        next: 'Restore from a state that Rng.save() made.',
      });
    }
    return new Rng(words, origin);
  }

  /** The state, as plain JSON. */
  save(): RngState {
    const words = [...this.#words] as unknown as [number, number, number, number];
    return {
      formatVersion: 1,
      words,
      origin: [...this.#origin] as [number, number, number, number],
    };
  }

  /** The named child stream: a function of this stream's own name and seed, not of what was drawn from it. */
  stream(name: string): Rng {
    const words = derive(this.#origin, name);
    return new Rng(words, words);
  }

  /** The next 32 random bits, as an unsigned integer. */
  bits(): number {
    const w = this.#words;
    const product = Math.imul(w[1]!, 5);
    const result = Math.imul((product << 7) | (product >>> 25), 9) >>> 0;
    const shifted = w[1]! << 9;
    w[2]! ^= w[0]!;
    w[3]! ^= w[1]!;
    w[1]! ^= w[2]!;
    w[0]! ^= w[3]!;
    w[2]! ^= shifted;
    w[3] = (w[3]! << 11) | (w[3]! >>> 21);
    return result;
  }

  /** A number in `[low, high)`, with 53 random bits. */
  uniform(low = 0, high = 1): number {
    const unit = ((this.bits() >>> 5) * 2 ** 26 + (this.bits() >>> 6)) / 2 ** 53;
    return low + (high - low) * unit;
  }

  /** A whole number in `[0, below)`, without bias. @throws LimbeckError `invalid-option` */
  integer(below: number): number {
    checkPositive('Rng.integer', { below }, 'Pass how many values there are to choose from.');
    checkWhole('Rng.integer', { below }, 1, 'Pass a whole number.');
    if (below > 2 ** 32) return Math.floor(this.uniform(0, below));
    // Values above the last whole multiple would favour small results: draw again.
    const limit = 2 ** 32 - (2 ** 32 % below);
    let bits = this.bits();
    while (bits >= limit) bits = this.bits();
    return bits % below;
  }

  /** A normal number (Box and Muller 1958). */
  normal(mean = 0, deviation = 1): number {
    const radius = Math.sqrt(-2 * Math.log(1 - this.uniform()));
    return mean + deviation * radius * Math.cos(2 * Math.PI * this.uniform());
  }

  /** The numbers 0 to `length - 1` in random order (Fisher and Yates). */
  permutation(length: number): Uint32Array {
    checkWhole('Rng.permutation', { length }, 0, 'Pass how many items there are.');
    const order = Uint32Array.from({ length }, (_, i) => i);
    for (let i = length - 1; i > 0; i--) {
      const j = this.integer(i + 1);
      const kept = order[i]!;
      order[i] = order[j]!;
      order[j] = kept;
    }
    return order;
  }

  /** A new array with the same items in random order. */
  shuffle<T>(items: readonly T[]): T[] {
    return Array.from(this.permutation(items.length), (i) => items[i]!);
  }
}
