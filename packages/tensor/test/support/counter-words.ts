/** What keys a set of words: numbers where the graph has tensors. */
export interface WordKey {
  readonly seed: number;
  readonly draw: number;
  readonly name: string;
}

/** Makes `count` words of a key. */
export type Words = (key: WordKey, count: number) => Uint32Array;

const first = [16, 0x21f0aaad, 15, 0xd35a2d97, 15] as const;
const second = [16, 0x7feb352d, 15, 0x846ca68b, 16] as const;

function round(
  word: number,
  [a, p, b, q, c]: readonly [number, number, number, number, number],
): number {
  let x = word;
  x = Math.imul(x ^ (x >>> a), p);
  x = Math.imul(x ^ (x >>> b), q);
  return x ^ (x >>> c);
}

function nameHash(name: string, offset: number): number {
  let hash = offset;
  for (let i = 0; i < name.length; i++) hash = Math.imul(hash ^ name.charCodeAt(i), 0x01000193);
  return hash;
}

function filled(count: number, word: (element: number) => number): Uint32Array {
  const words = new Uint32Array(count);
  for (let i = 0; i < count; i++) words[i] = word(Math.imul(i, 0x9e3779b1));
  return words;
}

/** The words that src/random.ts makes in a graph, by a typed loop. */
export const graphWords: Words = ({ seed, draw, name }, count) => {
  const before = round(round(seed ^ nameHash(name, 0x811c9dc5), first) ^ draw, second);
  const between = round(before ^ nameHash(name, 0x9e3779b9), first);
  return filled(count, (element) => round(round(element ^ before, first) ^ between, second));
};

/** Generators that are not good enough; the tests must tell. */
export const weakWords: { readonly [name: string]: Words } = {
  'a counter times a constant, without any round': ({ seed, draw, name }, count) => {
    const key = nameHash(name, 0x811c9dc5) ^ seed ^ draw;
    return filled(count, (element) => element ^ key);
  },
  'a linear congruential generator (Numerical Recipes)': ({ seed, draw, name }, count) => {
    let state = nameHash(name, 0x811c9dc5) ^ seed ^ draw;
    return filled(count, () => {
      state = (Math.imul(state, 1664525) + 1013904223) | 0;
      return state;
    });
  },
  'one round, half of it removed': ({ seed, draw, name }, count) => {
    const key = round(round(seed ^ nameHash(name, 0x811c9dc5), first) ^ draw, second);
    return filled(count, (element) => {
      const x = element ^ key;
      return Math.imul(x ^ (x >>> 16), 0x21f0aaad);
    });
  },
  'keys behind the last round': ({ seed, draw, name }, count) => {
    const key = nameHash(name, 0x811c9dc5) ^ seed ^ draw;
    return filled(count, (element) => round(round(element, first), second) ^ key);
  },
  'seed and draw added up': ({ seed, draw, name }, count) =>
    graphWords({ seed: 0, draw: seed + draw, name }, count),
  'a stream without its name': ({ seed, draw }, count) =>
    graphWords({ seed, draw, name: '' }, count),
};
