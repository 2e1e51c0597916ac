import type { Words } from './counter-words.js';
import {
  bitAgreement,
  byteCounts,
  correlation,
  normalTails,
  pairCounts,
  together,
  uniformity,
} from './statistics.js';

/** How many words each of 64 seeds and draws gives. */
const some = 2 ** 13;

/** Every test of a generator by `many` words, by name: the probability of what was seen, if the words were random. */
export function randomnessOf(words: Words, many: number): { readonly [test: string]: number } {
  const key = { seed: 1, draw: 0, name: 'encoder/0/dropout' };
  const one = words(key, many);
  const otherStream = words({ ...key, name: 'encoder/1/dropout' }, many);
  const otherDraw = words({ ...key, draw: 1 }, many);
  const seeds = Array.from({ length: 64 }, (_, seed) => words({ ...key, seed }, some));
  const draws = Array.from({ length: 64 }, (_, draw) => words({ ...key, draw }, some));
  const across = transposed(seeds);
  const acrossDraws = transposed(draws);
  return {
    'the highest byte': uniformity(byteCounts(one, 3)),
    'the third byte': uniformity(byteCounts(one, 2)),
    'the second byte': uniformity(byteCounts(one, 1)),
    'consecutive pairs': uniformity(pairCounts(one)),
    'another stream': normalTails(correlation(one, otherStream)),
    'bits of another stream': normalTails(bitAgreement(one, otherStream)),
    'another draw': normalTails(correlation(one, otherDraw)),
    'bits of another draw': normalTails(bitAgreement(one, otherDraw)),
    'all pairs of seeds 0 to 63': together(scores(seeds, correlation)),
    'bits of all pairs of seeds': together(scores(seeds, bitAgreement)),
    'all pairs of draws 0 to 63': together(scores(draws, correlation)),
    'bits of all pairs of draws': together(scores(draws, bitAgreement)),
    'consecutive seeds': uniformity(pairCounts(across)),
    'consecutive draws': uniformity(pairCounts(acrossDraws)),
    'a seed and the draw before': normalTails(
      correlation(words({ ...key, seed: 1 }, some), words({ ...key, seed: 0, draw: 1 }, some)),
    ),
  };
}

function scores(
  sets: readonly Uint32Array[],
  score: (a: Uint32Array, b: Uint32Array) => number,
): number[] {
  return sets.flatMap((a, i) => sets.slice(i + 1).map((b) => score(a, b)));
}

/** Word 0 of all sets, then word 1 of all sets, and so on. */
function transposed(sets: readonly Uint32Array[]): Uint32Array {
  const out = new Uint32Array(sets.length * sets[0]!.length);
  sets.forEach((set, i) => set.forEach((word, j) => (out[j * sets.length + i] = word)));
  return out;
}
