import type { Offset } from '../span-collator.js';

/** A token of the vocabulary. */
export interface Token {
  /** As it stands in the vocabulary. */
  readonly token: string;
  /** Its id. */
  readonly id: number;
}

/** The tokens that stand for no text, by their part; those that a tokeniser does without are absent. */
export interface SpecialTokens {
  /** Fills up shorter texts. */
  readonly pad?: Token;
  /** Stands for what the vocabulary lacks. */
  readonly unknown?: Token;
  /** Stands before a text that is classified. */
  readonly cls?: Token;
  /** Stands behind a text, and between two. */
  readonly sep?: Token;
  /** Stands for a token to be guessed. */
  readonly mask?: Token;
  /** Begins a generated text. */
  readonly bos?: Token;
  /** Ends a generated text. */
  readonly eos?: Token;
}

/** Options of {@link Tokeniser.encode}. */
export interface EncodeOptions {
  /** A second text behind the first one. @defaultValue none */
  readonly pair?: string;
  /** Longer encodings are cut to this many tokens, special ones included: of two texts the longer one loses more. @defaultValue no cut */
  readonly maxTokens?: number;
  /** Shorter encodings are filled up to this many tokens. @defaultValue none are */
  readonly padTo?: number;
  /** Whether special tokens are put before, between and behind. @defaultValue true */
  readonly special?: boolean;
  /** Whether to say where in its text each token lies. @defaultValue false */
  readonly offsets?: boolean;
}

/** What {@link Tokeniser.encode} makes of a text or two: lists of one length, an entry a token. */
export interface Encoding {
  /** The ids. */
  readonly ids: readonly number[];
  /** The tokens; one that the vocabulary lacks may stand as it was written. */
  readonly tokens: readonly string[];
  /** 1 for a token, 0 for padding. */
  readonly mask: readonly number[];
  /** 0 in the first text, 1 in the second, as BERT's token types. */
  readonly types: readonly number[];
  /** Which text the token is of: 0 or 1; -1 for special tokens and padding. */
  readonly texts: readonly number[];
  /**
   * Where each token lies in its text, in UTF-16 units, without the spaces around it; `[0, 0]` for special tokens and
   * padding. Absent where it was not asked for, or where tokens cannot be led back to their text.
   */
  readonly offsets?: readonly Offset[];
  /** How many tokens `maxTokens` cut off. */
  readonly cut: number;
}

/** Texts to token ids, and back. */
export interface Tokeniser {
  /** How it splits. */
  readonly kind: 'bytes' | 'wordpiece' | 'bpe' | 'unigram';
  /** The highest id plus 1: how many rows an embedding of its tokens needs. */
  readonly vocabularySize: number;
  /** The special tokens. */
  readonly special: SpecialTokens;
  /**
   * A text, or two, as tokens.
   *
   * @throws LimbeckError `invalid-data` for what is no string and for a text that cannot be split; `invalid-option` for a
   * `maxTokens` without room beside the special tokens
   */
  encode(text: string, options?: EncodeOptions): Encoding;
  /**
   * The text of tokens, without special ones unless `special` says so.
   *
   * @throws LimbeckError `invalid-data` for an id that the vocabulary lacks
   */
  decode(ids: readonly number[], options?: { readonly special?: boolean }): string;
  /** A token's id, or `undefined`. */
  tokenId(token: string): number | undefined;
  /** An id's token, or `undefined`. */
  idToken(id: number): string | undefined;
}
