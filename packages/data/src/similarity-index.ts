import { LimbeckError } from '@limbeck/core';
import { jaccard } from './shingles.js';

/** A set found near another. */
export interface Neighbour {
  /** Its place among the sets that the index was made of. */
  readonly index: number;
  /** Its Jaccard similarity, from the threshold to 1. */
  readonly similarity: number;
}

/** Finds every set whose Jaccard similarity reaches a threshold; made by {@link similarityIndex}. */
export interface SimilarityIndex {
  /** Every near set, in the order of the index. */
  near(set: Uint32Array): Neighbour[];
  /** Whether there is a near set; stops at the first. */
  some(set: Uint32Array): boolean;
}

const maxBits = 22;

/**
 * An index of sets of hashes ({@link shingles}) by exact Jaccard similarity: it misses none and names no false one.
 *
 * A set W near to Q at threshold t shares at least `⌈t·|W|⌉` elements with it, hence at least one of any
 * `|W| − ⌈t·|W|⌉ + 1` of its elements. So only that many, W's rarest, are listed: few lists, and short ones.
 *
 * @param sets - sorted, each hash once
 * @param options - `threshold`: the least similarity that counts, in (0, 1]
 * @throws LimbeckError `invalid-option` if the threshold is not in (0, 1]
 * @see Chaudhuri, Ganti and Kaushik, "A primitive operator for similarity joins in data cleaning", 2006;
 * Bayardo, Ma and Srikant, "Scaling up all pairs similarity search", 2007.
 */
export function similarityIndex(
  sets: readonly Uint32Array[],
  options: { readonly threshold: number },
): SimilarityIndex {
  const { threshold } = options;
  if (!(threshold > 0 && threshold <= 1)) {
    throw new LimbeckError('invalid-option', {
      where: 'similarityIndex',
      given: `threshold ${threshold}`,
      expected: 'a number above 0 and at most 1',
      next: 'Use 0.8 for near duplicates.',
    });
  }
  const { prefixes, mask } = rarePrefixes(sets, threshold);

  const starts = new Uint32Array(mask + 2);
  for (const prefix of prefixes) for (const hash of prefix) starts[(hash & mask) + 1]!++;
  for (let i = 0; i <= mask; i++) starts[i + 1]! += starts[i]!;
  const next = starts.slice();
  const owners = new Uint32Array(starts[mask + 1]!);
  const hashes = new Uint32Array(owners.length);
  prefixes.forEach((prefix, index) => {
    for (const hash of prefix) {
      const at = next[hash & mask]!++;
      owners[at] = index;
      hashes[at] = hash;
    }
  });

  // Which query last looked at a set, so that each is compared once a query.
  const seen = new Uint32Array(sets.length);
  let query = 0;
  function search(set: Uint32Array, found: (neighbour: Neighbour) => boolean): void {
    query++;
    for (const hash of set) {
      const bucket = hash & mask;
      for (let at = starts[bucket]!; at < starts[bucket + 1]!; at++) {
        const index = owners[at]!;
        if (hashes[at] !== hash || seen[index] === query) continue;
        seen[index] = query;
        const other = sets[index]!;
        const short = Math.min(set.length, other.length);
        if (short < threshold * Math.max(set.length, other.length)) continue;
        const similarity = jaccard(set, other);
        if (similarity >= threshold && found({ index, similarity })) return;
      }
    }
  }

  return {
    near(set) {
      const all: Neighbour[] = [];
      search(set, (neighbour) => {
        all.push(neighbour);
        return false;
      });
      return all.sort((a, b) => a.index - b.index);
    },
    some(set) {
      let any = false;
      search(set, () => (any = true));
      return any;
    },
  };
}

/**
 * The rarest elements of each set, so many that sets near each other share one, by an order of all elements that is the same
 * for every set; and the mask that brings a hash into as many buckets as suit their number.
 */
export function rarePrefixes(
  sets: readonly Uint32Array[],
  threshold: number,
): { readonly prefixes: readonly Uint32Array[]; readonly mask: number } {
  const total = sets.reduce((sum, set) => sum + set.length, 0);
  const bits = Math.min(maxBits, Math.max(4, Math.ceil(Math.log2(total + 1))));
  const mask = 2 ** bits - 1;
  // Counts by bucket instead of by hash: a collision makes an element look commoner, which costs time only.
  const counts = new Uint32Array(mask + 1);
  for (const set of sets) for (const hash of set) counts[hash & mask]!++;
  const prefixes = sets.map((set) =>
    rarest(set, counts, mask, prefixLength(set.length, threshold)),
  );
  return { prefixes, mask };
}

function prefixLength(size: number, threshold: number): number {
  // The small slack keeps 0.8 * 5 = 4.000…1 from rounding up to 5 and losing a neighbour.
  return size === 0 ? 0 : size - Math.ceil(threshold * size - 1e-9) + 1;
}

function rarest(set: Uint32Array, counts: Uint32Array, mask: number, length: number): Uint32Array {
  if (length >= set.length) return set;
  const order = [...set].sort((a, b) => counts[a & mask]! - counts[b & mask]! || a - b);
  return Uint32Array.from(order.slice(0, length));
}
