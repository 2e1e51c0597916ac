import { type Collator, type HostTensor, hostTensor, type Spec, type Specs } from '@limbeck/core';
import {
  type FeatureInputs,
  type FeatureTable,
  hashNgrams,
  keepBuckets,
  type NgramOptions,
} from '@limbeck/nn';
import type { Example } from './example.js';

/** What of a text is counted: each occurrence as the bucket that it falls into. */
export interface Hashing {
  readonly buckets: number;
  /** The bucket of each occurrence. */
  hash(text: string): Uint32Array;
}

/** How often each bucket occurs in a text, for those that do, by rising bucket. */
export interface Counts {
  readonly buckets: Uint32Array;
  readonly counts: Uint16Array;
}

/** Counts texts, and remembers what it counted as long as there is room: folds and families ask for the same ones again. */
export class TextCounts {
  readonly buckets: number;
  readonly #known = new Map<string, Counts>();
  #room = 250e6;

  constructor(private readonly hashing: Hashing) {
    this.buckets = hashing.buckets;
  }

  /** A text's counts. */
  of(text: string): Counts {
    const known = this.#known.get(text);
    if (known !== undefined) return known;
    const all = this.hashing.hash(text).sort();
    const buckets = new Uint32Array(all.length);
    const counts = new Uint16Array(all.length);
    let at = -1;
    for (let i = 0; i < all.length; i++) {
      if (i === 0 || all[i] !== all[i - 1]) buckets[++at] = all[i]!;
      counts[at] = Math.min(65_535, counts[at]! + 1);
    }
    const made = { buckets: buckets.slice(0, at + 1), counts: counts.slice(0, at + 1) };
    const size = 6 * made.buckets.length;
    if (size <= this.#room) {
      this.#room -= size;
      this.#known.set(text, made);
    }
    return made;
  }
}

const encoder = new TextEncoder();

/** At most `maxBytes` bytes of a text, as the collator of texts cuts them. */
function bytesOf(text: string, maxBytes: number): Uint8Array {
  if (text === '') return Uint8Array.of(0x0a);
  return encoder.encode(text.slice(0, maxBytes + 1)).subarray(0, maxBytes);
}

/** A text's byte n-grams, as the n-gram classifier hashes them inside its graph. */
export function byteNgrams(options: NgramOptions & { readonly maxBytes: number }): Hashing {
  return {
    buckets: options.buckets,
    hash: (text) => hashNgrams(bytesOf(text, options.maxBytes), options),
  };
}

/** A text's words, and pairs of neighbouring words, in lower case: for models that need not ship. */
export function wordsAndPairs(buckets: number, maxCharacters: number): Hashing {
  return {
    buckets,
    hash: (text) => {
      const lower = text.slice(0, maxCharacters).toLowerCase();
      const words = lower.match(/[\p{L}\p{N}']+|[^\s\p{L}\p{N}]/gu) ?? [];
      const found = new Uint32Array(Math.max(0, 2 * words.length - 1));
      words.forEach((word, i) => {
        found[i] = hashWord(word) % buckets;
        if (i > 0) found[words.length + i - 1] = hashWord(`${words[i - 1]} ${word}`) % buckets;
      });
      return found;
    },
  };
}

/** 32-bit FNV-1a over UTF-16 units, mixed once more. @see http://www.isthe.com/chongo/tech/comp/fnv/ */
function hashWord(word: string): number {
  let h = 0x811c9dc5;
  for (let i = 0; i < word.length; i++) h = Math.imul(h ^ word.charCodeAt(i), 0x01000193);
  h = Math.imul(h ^ (h >>> 15), 0x2c1b3c6d);
  return (h ^ (h >>> 12)) >>> 0;
}

/** Several ways of counting at once, each with buckets of its own. */
export function together(parts: readonly Hashing[]): Hashing {
  return {
    buckets: parts.reduce((sum, part) => sum + part.buckets, 0),
    hash: (text) => {
      let offset = 0;
      const all = parts.map((part) => {
        const own = part.hash(text).map((bucket) => bucket + offset);
        offset += part.buckets;
        return own;
      });
      const found = new Uint32Array(all.reduce((sum, own) => sum + own.length, 0));
      let at = 0;
      for (const own of all) {
        found.set(own, at);
        at += own.length;
      }
      return found;
    },
  };
}

/**
 * The buckets that tell most of the label, by mutual information between "occurs in the text" and the label; those that
 * occur in one text alone tell nothing that holds for others.
 *
 * ```text
 * I = Σ_label p(present, label) log (p(present, label) / p(present) p(label)) + the same for absent
 * ```
 *
 * @param limit - how many buckets to keep at most
 */
export function informativeBuckets(
  rows: readonly { readonly text: string; readonly label: number }[],
  classes: number,
  texts: TextCounts,
  limit: number,
): Int32Array {
  const { buckets } = texts;
  const joint = new Float64Array(buckets * classes);
  const present = new Float64Array(buckets);
  const totals = new Float64Array(classes);
  for (const { text, label } of rows) {
    totals[label]! += 1;
    for (const bucket of texts.of(text).buckets) {
      present[bucket]! += 1;
      joint[bucket * classes + label]! += 1;
    }
  }
  const n = rows.length;
  const part = (both: number, a: number, b: number): number =>
    both > 0 ? (both / n) * Math.log((both * n) / (a * b)) : 0;
  const information = Float64Array.from(present, (count, bucket) => {
    let sum = 0;
    for (let label = 0; label < classes; label++) {
      const both = joint[bucket * classes + label]!;
      sum += part(both, count, totals[label]!);
      sum += part(totals[label]! - both, n - count, totals[label]!);
    }
    return sum;
  });
  const order = Array.from(present.keys()).filter((bucket) => present[bucket]! > 1);
  order.sort((a, b) => information[b]! - information[a]! || a - b);
  // A table must keep one bucket, even where every text is of words of its own.
  return keepBuckets(buckets, order.length === 0 ? [0] : order.slice(0, limit));
}

/** How many features a table keeps. */
export function widthOf(table: FeatureTable): number {
  let most = 0;
  for (const feature of table) most = Math.max(most, feature);
  return most;
}

/** Features as the input of a classifier of feature vectors. */
export function featureInputs(features: NgramFeatures): Collator<Example, FeatureInputs> {
  // The tree of specs and of host tensors has the form of the tree of symbols.
  const specs = { features: features.specs } as unknown as Specs<FeatureInputs>;
  return {
    specs,
    collate: (examples) => ({ features: features.collate(examples) }),
  };
}

/** One text's features that are not 0. */
interface SparseRow {
  readonly at: Uint16Array;
  readonly values: Float32Array;
}

/**
 * The features that the n-gram classifier computes inside its graph, made on the host once a text and kept sparse: training
 * then runs the layers behind them alone.
 *
 * ```text
 * f = log(1 + counts)        f ← scale · f / √(Σ f² + 10⁻¹²)
 * ```
 */
export class NgramFeatures implements Collator<Example, Spec> {
  readonly specs: Spec;
  readonly #rows = new Map<number, SparseRow>();

  /**
   * @param width - how many features the table keeps
   * @param scale - multiplies the vector of length 1
   */
  constructor(
    private readonly texts: TextCounts,
    private readonly table: FeatureTable,
    private readonly width: number,
    private readonly scale: number,
  ) {
    this.specs = { dtype: 'float32', shape: ['batch', width] };
  }

  /** The rows as a matrix, `[examples, width]`. */
  collate(examples: readonly Example[]): HostTensor<'float32'> {
    const data = new Float32Array(examples.length * this.width);
    examples.forEach((example, row) => {
      const { at, values } = this.#row(example);
      const start = row * this.width;
      for (let i = 0; i < at.length; i++) data[start + at[i]!] = values[i]!;
    });
    return hostTensor('float32', [examples.length, this.width], data);
  }

  /** Counts the examples' n-grams now, and keeps their features. */
  prepare(examples: readonly Example[]): void {
    for (const example of examples) this.#row(example);
  }

  #row(example: Example): SparseRow {
    const known = this.#rows.get(example.at);
    if (known !== undefined) return known;
    const { buckets, counts } = this.texts.of(example.text);
    const at: number[] = [];
    const logs: number[] = [];
    buckets.forEach((bucket, i) => {
      const feature = this.table[bucket]!;
      if (feature === 0) return;
      at.push(feature - 1);
      logs.push(Math.log(1 + counts[i]!));
    });
    const values = Float32Array.from(logs);
    const length = Math.sqrt(values.reduce((sum, value) => sum + value * value, 1e-12));
    const row = {
      at: Uint16Array.from(at),
      values: values.map((value) => (this.scale * value) / length),
    };
    this.#rows.set(example.at, row);
    return row;
  }
}
