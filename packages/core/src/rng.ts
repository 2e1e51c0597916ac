import { checkWhole } from './checks.js';
import { LimbeckError } from './errors.js';

/** What {@link Rng.save} returns and {@link Rng.restore} takes: plain JSON. */
export interface RngState {
  /** The layout of this object. */
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

type Words = readonly [number, number, number, number];

/**
 * Four words from four and a name: each UTF-16 unit, then the length, is added to one word and stirred into all four.
 *
 * Every pass is a bijection of the 128 bits and lets each word reach the others, so seeds and names that differ by one
 * bit give states that share no word.
 */
function derive(base: Words, name: string): Words {
  let [a, b, c, d] = base;
  const stir = (value: number): void => {
    a = mix((a ^ value) + d + 0x9e3779b9);
    b = mix(b + a + 0x7f4a7c15);
    c = mix(c + b + 0xf39cc060);
    d = mix(d + c + 0x5cedc834);
  };
  for (let i = 0; i < name.length; i++) stir(name.charCodeAt(i) + 1);
  stir(name.length ^ 0x85ebca6b);
  stir(0xc2b2ae35);
  // xoshiro must not start from four zeros.
  return (a | b | c | d) === 0 ? [1, b, c, d] : [a, b, c, d];
}

const isWord = (word: unknown): boolean =>
  typeof word === 'number' && Number.isInteger(word) && word >= 0 && word < 2 ** 32;

const isWords = (words: unknown): words is Words =>
  Array.isArray(words) && words.length === 4 && words.every(isWord) && words.some((w) => w !== 0);

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
  readonly #origin: Words;

  private constructor(words: Words, origin: Words) {
    this.#words = Uint32Array.from(words);
    this.#origin = origin;
  }

  /** The generator of a seed, a whole number of at least 0. @throws LimbeckError `invalid-option` */
  static from(seed: number): Rng {
    checkWhole('Rng.from', { seed }, 0, 'Pass a seed such as 0.');
    const low = seed >>> 0;
    const high = Math.floor(seed / 2 ** 32) >>> 0;
    // The other words are the first digits of pi.
    const words = derive([low, high, 0x243f6a88, 0x85a308d3], 'seed');
    return new Rng(words, words);
  }

  /**
   * A generator that goes on where {@link Rng.save} left off.
   * @throws LimbeckError `invalid-data` if the state is not one that `save` made; `format-too-new` if a newer one made it
   */
  static restore(state: RngState): Rng {
    const { formatVersion, words, origin } = (state ?? {}) as {
      readonly [K in keyof RngState]?: unknown;
    };
    if (typeof formatVersion === 'number' && formatVersion > 1) {
      throw new LimbeckError('format-too-new', {
        where: 'Rng.restore',
        given: `formatVersion ${formatVersion}`,
        expected: 'formatVersion 1',
        next: 'Update @limbeck/core.',
      });
    }
    if (formatVersion !== 1 || !isWords(words) || !isWords(origin)) {
      throw new LimbeckError('invalid-data', {
        where: 'Rng.restore',
        given: JSON.stringify(state ?? null).slice(0, 200),
        expected: 'four 32-bit words, not all 0, and their origin, as save() returned them',
        next: 'Restore from a state that Rng.save() made.',
      });
    }
    return new Rng(words, [...origin]);
  }

  /** The state, as plain JSON. */
  save(): RngState {
    const [a, b, c, d] = this.#words as unknown as Words;
    return { formatVersion: 1, words: [a, b, c, d], origin: [...this.#origin] };
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

  /** 53 random bits, as a whole number. */
  #bits53(): number {
    return (this.bits() >>> 5) * 2 ** 26 + (this.bits() >>> 6);
  }

  /**
   * A number in `[low, high)`, from 53 random bits.
   * @throws LimbeckError `invalid-option` unless `low` is at most `high`, both finite
   */
  uniform(low = 0, high = 1): number {
    const span = high - low;
    if (!(span >= 0 && span < Infinity)) {
      throw new LimbeckError('invalid-option', {
        where: 'Rng.uniform',
        given: `low ${low} and high ${high}`,
        expected: 'finite numbers, low not above high',
        next: 'Pass the smaller bound first.',
      });
    }
    const value = low + span * (this.#bits53() / 2 ** 53);
    // Where the bounds are close, rounding can reach the upper one.
    return value < high ? value : low;
  }

  /**
   * A whole number in `[0, below)`, without bias.
   * @throws LimbeckError `invalid-option` unless `below` is a whole number from 1 to 2^53 - 1
   */
  integer(below: number): number {
    if (!(Number.isSafeInteger(below) && below >= 1)) {
      checkWhole('Rng.integer', { below }, 1, 'Pass how many values there are to choose from.');
    }
    // Values above the last whole multiple would favour small results: draw again.
    if (below <= 2 ** 32) {
      const limit = 2 ** 32 - (2 ** 32 % below);
      let bits = this.bits();
      while (bits >= limit) bits = this.bits();
      return bits % below;
    }
    const limit = 2 ** 53 - (2 ** 53 % below);
    let bits = this.#bits53();
    while (bits >= limit) bits = this.#bits53();
    return bits % below;
  }

  /** A normally distributed number (Box and Muller 1958). */
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
      [order[i], order[j]] = [order[j]!, order[i]!];
    }
    return order;
  }

  /** A new array with the same items in random order. */
  shuffle<T>(items: readonly T[]): T[] {
    return Array.from(this.permutation(items.length), (i) => items[i]!);
  }
}
