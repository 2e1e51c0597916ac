import type { Json, JsonObject } from '@limbeck/core';
import { byteCharacters } from '../../tokenisers/align/byte-characters.js';
import type { TrainedKind } from './blank-tokeniser.js';

/** A vocabulary of a wanted size. */
export interface CutModel {
  /** The `model` of a `tokenizer.json`. */
  readonly model: JsonObject;
  /** How many tokens it has, special ones included. */
  readonly size: number;
  /** What was done, in a sentence. */
  readonly how: string;
}

/** What a vocabulary is cut to. */
export interface Wanted {
  /** How many tokens, special ones included. */
  readonly size: number;
  /** The special tokens, which get the first ids. */
  readonly special: readonly string[];
  /** The unknown token, for the kinds that need one. */
  readonly unknown: string | undefined;
  /** How often each character occurs. */
  readonly characters: ReadonlyMap<string, number>;
}

/** The smallest size of a kind: BPE has all bytes, the others at least a character at a word's beginning and inside. */
export function leastSize(kind: TrainedKind, specials: number): number {
  return specials + (kind === 'bpe' ? byteCharacters.length : 4);
}

/** A trained model cut to the wanted size. */
export function cutModel(kind: TrainedKind, trained: JsonObject, wanted: Wanted): CutModel {
  return { bpe: cutBpe, wordpiece: cutWordPiece, unigram: cutUnigram }[kind](trained, wanted);
}

const count = new Intl.NumberFormat('en');

/** What became of the library's vocabulary. */
function sentence(made: number, kept: number, of: string, what: string): string {
  return kept < made
    ? `Of the library's ${count.format(made)} ${of}, ${what} are kept.`
    : `All ${count.format(made)} ${of} of the library are kept: it found or gives no more.`;
}

/**
 * Byte-level BPE: all 256 bytes and the first merges. Merges are found greedily, one by one, so these are the very ones
 * that training to the smaller size would find.
 */
function cutBpe(trained: JsonObject, wanted: Wanted): CutModel {
  const alphabet = byteCharacters;
  // A map: in program text "__proto__" is a token like others, which an object would swallow.
  const vocab = new Map([...wanted.special, ...alphabet].map((token, id) => [token, id]));
  let size = wanted.special.length + alphabet.length;
  const all = (trained['merges'] as Json[]).map((merge) =>
    typeof merge === 'string'
      ? (merge.split(' ') as [string, string])
      : (merge as [string, string]),
  );
  const merges: [string, string][] = [];
  for (const merge of all) {
    const token = merge.join('');
    if (!vocab.has(token)) {
      if (size >= wanted.size) break;
      vocab.set(token, size++);
    }
    merges.push(merge);
  }
  const what = `beside the 256 bytes the first ${count.format(merges.length)}`;
  return {
    model: { ...trained, vocab: Object.fromEntries(vocab), merges },
    size,
    how: sentence(all.length, merges.length, 'merges', what),
  };
}

/**
 * WordPiece: the commonest characters and the first tokens. They stand in the order in which they were found, so these
 * are those that training to the smaller size would find, but for what rare characters took.
 */
function cutWordPiece(trained: JsonObject, wanted: Wanted): CutModel {
  const made = Object.entries(trained['vocab'] as { readonly [token: string]: number })
    .sort(([, a], [, b]) => a - b)
    .map(([token]) => token);
  const room = wanted.size - wanted.special.length;
  const kept = keptCharacters(made.map(bare), room, wanted.characters);
  const own = made.filter((token) =>
    Array.from(bare(token)).every((character) => kept.has(character)),
  );
  const vocab = new Map(wanted.special.map((token, id) => [token, id]));
  let size = wanted.special.length;
  // Single characters first: without them words are unknown.
  const singles = own.filter((token) => isSingle(bare(token)));
  const longer = own.filter((token) => !isSingle(bare(token)));
  for (const token of [...singles, ...longer]) {
    if (size >= wanted.size) break;
    if (!vocab.has(token)) vocab.set(token, size++);
  }
  const tokens = size - wanted.special.length;
  const what = `the commonest ${count.format(kept.size)} characters and the first tokens made of them`;
  return {
    model: { ...trained, unk_token: wanted.unknown!, vocab: Object.fromEntries(vocab) },
    size,
    how: sentence(made.length, tokens, 'tokens', what),
  };
}

/** Unigram: the commonest characters and the likeliest pieces, with the scores that they had among all. */
function cutUnigram(trained: JsonObject, wanted: Wanted): CutModel {
  const made = trained['vocab'] as readonly (readonly [string, number])[];
  const room = wanted.size - wanted.special.length;
  const kept = keptCharacters(
    made.map(([piece]) => piece),
    room,
    wanted.characters,
  );
  const own = made.filter(
    ([piece]) =>
      !wanted.special.includes(piece) &&
      Array.from(piece).every((character) => kept.has(character)),
  );
  const singles = own.filter(([piece]) => isSingle(piece));
  const longer = own.filter(([piece]) => !isSingle(piece)).sort(([, a], [, b]) => b - a);
  const pieces = [...singles, ...longer].slice(0, room).sort(([, a], [, b]) => b - a);
  const vocab = [...wanted.special.map((token) => [token, 0] as const), ...pieces];
  const what = `the commonest ${count.format(kept.size)} characters and the likeliest pieces made of them`;
  return {
    model: { ...trained, unk_id: wanted.special.indexOf(wanted.unknown!), vocab },
    size: vocab.length,
    how: sentence(made.length, pieces.length, 'pieces', what),
  };
}

const bare = (token: string): string =>
  token.startsWith('##') && token.length > 2 ? token.slice(2) : token;

const isSingle = (token: string): boolean => Array.from(token).length === 1;

/**
 * The commonest characters of a vocabulary: all of them if they take at most half of the room, twice where WordPiece
 * has them at a word's beginning and inside.
 */
function keptCharacters(
  tokens: readonly string[],
  room: number,
  characters: ReadonlyMap<string, number>,
): Set<string> {
  const copies = new Map<string, number>();
  for (const token of tokens) if (isSingle(token)) copies.set(token, (copies.get(token) ?? 0) + 1);
  // The mark for a space stands in no text, and before every word.
  const often = (character: string): number =>
    character === '\u2581' ? Number.MAX_SAFE_INTEGER : (characters.get(character) ?? 0);
  const sorted = [...copies].sort(([a], [b]) => often(b) - often(a) || (a < b ? -1 : 1));
  const kept = new Set<string>();
  let taken = 0;
  for (const [character, times] of sorted) {
    taken += times;
    if (taken > room / 2) break;
    kept.add(character);
  }
  return kept;
}
