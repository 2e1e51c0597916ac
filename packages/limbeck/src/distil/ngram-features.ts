import { type Collator, hostTensor, type Spec } from '@limbeck/core';
import { type FeatureTable, hashNgrams, keepBuckets, type NgramOptions } from '@limbeck/nn';
import type { Example } from './example.js';

/** Which n-grams of a text are its features. */
export interface FeatureSpec extends NgramOptions {
  readonly maxBytes: number;
  /** Multiplies the vector of length 1. */
  readonly scale: number;
}

const encoder = new TextEncoder();

/** At most `maxBytes` bytes of a text, as the collator of texts cuts them. */
export function bytesOf(text: string, maxBytes: number): Uint8Array {
  if (text === '') return Uint8Array.of(0x0a);
  return encoder.encode(text.slice(0, maxBytes + 1)).subarray(0, maxBytes);
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
  spec: Omit<FeatureSpec, 'scale'>,
  limit: number,
): Int32Array {
  const { buckets } = spec;
  const together = new Float64Array(buckets * classes);
  const present = new Float64Array(buckets);
  const totals = new Float64Array(classes);
  for (const { text, label } of rows) {
    totals[label]! += 1;
    for (const bucket of new Set(hashNgrams(bytesOf(text, spec.maxBytes), spec))) {
      present[bucket]! += 1;
      together[bucket * classes + label]! += 1;
    }
  }
  const n = rows.length;
  const part = (joint: number, a: number, b: number): number =>
    joint > 0 ? (joint / n) * Math.log((joint * n) / (a * b)) : 0;
  const information = Float64Array.from(present, (count, bucket) => {
    let sum = 0;
    for (let label = 0; label < classes; label++) {
      const joint = together[bucket * classes + label]!;
      sum += part(joint, count, totals[label]!);
      sum += part(totals[label]! - joint, n - count, totals[label]!);
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

  /** @param width - how many features the table keeps */
  constructor(
    private readonly spec: FeatureSpec,
    private readonly table: FeatureTable,
    private readonly width: number,
  ) {
    this.specs = { dtype: 'float32', shape: ['batch', width] };
  }

  /** The rows as a matrix, `[examples, width]`. */
  collate(examples: readonly Example[]) {
    const data = new Float32Array(examples.length * this.width);
    examples.forEach((example, row) => {
      const { at, values } = this.#row(example);
      const start = row * this.width;
      for (let i = 0; i < at.length; i++) data[start + at[i]!] = values[i]!;
    });
    return hostTensor('float32', [examples.length, this.width], data);
  }

  #row(example: Example): SparseRow {
    const known = this.#rows.get(example.at);
    if (known !== undefined) return known;
    const counts = new Map<number, number>();
    for (const bucket of hashNgrams(bytesOf(example.text, this.spec.maxBytes), this.spec)) {
      const feature = this.table[bucket]!;
      if (feature > 0) counts.set(feature - 1, (counts.get(feature - 1) ?? 0) + 1);
    }
    const values = Float32Array.from(counts.values(), (count) => Math.log(1 + count));
    const length = Math.sqrt(values.reduce((sum, value) => sum + value * value, 1e-12));
    const row = {
      at: Uint16Array.from(counts.keys()),
      values: values.map((value) => (this.spec.scale * value) / length),
    };
    this.#rows.set(example.at, row);
    return row;
  }
}
