import { Rng } from '@limbeck/core';

/** How sets are hashed: into so many bands of so many hashes each. */
export interface Bands {
  readonly bands: number;
  readonly rows: number;
}

const hashes = 128;
const missed = 1e-3;

/**
 * The bands with which two sets at the threshold fall apart in all of them at most once in a thousand, out of at most 128
 * hashes: `(1 − t^rows)^bands`, with as many rows as that allows, since more rows are fewer candidates.
 */
export function bandsFor(threshold: number): Bands {
  for (let rows = hashes; rows > 1; rows--) {
    const bands = Math.floor(hashes / rows);
    if ((1 - threshold ** rows) ** bands <= missed) return { bands, rows };
  }
  return { bands: hashes, rows: 1 };
}

/**
 * A set's bands, each as one 32-bit hash: of the least values that `rows` random orders of all elements give its own. Two
 * sets agree in one value with the probability of their Jaccard similarity.
 *
 * @see Broder, "On the resemblance and containment of documents", 1997; Indyk and Motwani, "Approximate nearest
 * neighbors: towards removing the curse of dimensionality", 1998.
 */
export function minHasher({ bands, rows }: Bands, seed: number): (set: Uint32Array) => Uint32Array {
  const rng = Rng.from(seed).stream('minHash');
  const factors = Uint32Array.from({ length: bands * rows }, () => rng.bits() | 1);
  const offsets = Uint32Array.from({ length: bands * rows }, () => rng.bits());
  const least = new Uint32Array(bands * rows);
  return (set) => {
    least.fill(0xffffffff);
    for (const element of set) {
      for (let i = 0; i < least.length; i++) {
        // A product's high bits depend on all of the element's, its low bits on few: fold them in before comparing.
        let value = Math.imul(element ^ offsets[i]!, factors[i]!);
        value = Math.imul(value ^ (value >>> 15), 0x2c1b3c6d) >>> 0;
        if (value < least[i]!) least[i] = value;
      }
    }
    return Uint32Array.from({ length: bands }, (_, band) => {
      let hash = band;
      for (let i = band * rows; i < (band + 1) * rows; i++) {
        hash = Math.imul(hash ^ least[i]!, 0x85ebca6b);
        hash ^= hash >>> 13;
      }
      return hash;
    });
  };
}
