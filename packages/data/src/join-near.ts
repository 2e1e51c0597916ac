import { disjointSets } from './disjoint-sets.js';
import { jaccard } from './shingles.js';
import { rarePrefixes } from './similarity-index.js';

/** How many sets that share an element are looked at, the latest first: what bounds the time where all are alike. */
const most = 500;

/**
 * Joins sets of hashes whose Jaccard similarity reaches a threshold, unless others have joined them already, and says how many
 * found one before them.
 *
 * Sets near each other share one of their rarest elements, so each is compared with those alone that have such an element too;
 * in a time that grows with the number of sets, whatever they hold.
 *
 * @param sets - sorted, each hash once
 * @see Bayardo, Ma and Srikant, "Scaling up all pairs similarity search", 2007.
 */
export function joinNear(
  sets: readonly Uint32Array[],
  threshold: number,
  join: (a: number, b: number) => void,
): number {
  const { prefixes, mask } = rarePrefixes(sets, threshold);
  const entries = prefixes.reduce((sum, prefix) => sum + prefix.length, 0);
  // A chain for each bucket, from the latest set to the first; 0 ends it.
  const heads = new Uint32Array(mask + 1);
  const nexts = new Uint32Array(entries + 1);
  const owners = new Uint32Array(entries + 1);
  const hashes = new Uint32Array(entries + 1);
  const seen = new Int32Array(sets.length).fill(-1);
  const joined = disjointSets(sets.length);
  let used = 0;
  let near = 0;

  const compare = (at: number, other: number): boolean => {
    if (seen[other] === at || joined.root(other) === joined.root(at)) return false;
    seen[other] = at;
    const [a, b] = [sets[at]!, sets[other]!];
    if (Math.min(a.length, b.length) < threshold * Math.max(a.length, b.length)) return false;
    if (jaccard(a, b) < threshold) return false;
    joined.join(other, at);
    join(other, at);
    return true;
  };
  prefixes.forEach((prefix, at) => {
    let found = false;
    for (const hash of prefix) {
      let entry = heads[hash & mask]!;
      for (let steps = 0; entry !== 0 && steps < most; entry = nexts[entry]!, steps++) {
        if (hashes[entry] === hash && compare(at, owners[entry]!)) found = true;
      }
    }
    if (found) near++;
    for (const hash of prefix) {
      const entry = ++used;
      owners[entry] = at;
      hashes[entry] = hash;
      nexts[entry] = heads[hash & mask]!;
      heads[hash & mask] = entry;
    }
  });
  return near;
}
