import { checkNotEmpty } from '../checks.js';
import type { Tokeniser } from './tokeniser-types.js';

/** How a tokeniser splits a sample of texts. */
export interface TokeniserMeasures {
  /** How many texts were split. */
  readonly texts: number;
  /** Their tokens, without special ones. */
  readonly tokens: number;
  /** The share of tokens that are the unknown token, 0 to 1. */
  readonly unknownShare: number;
  /** Tokens a word, where words are what white space parts; writing without spaces has long ones. */
  readonly fertility: number;
  /** UTF-8 bytes that a token stands for, on average; spaces count. */
  readonly bytesPerToken: number;
}

/**
 * What a tokeniser makes of texts, best those that it was not trained on.
 *
 * @throws LimbeckError `empty-data` without texts or where they have no tokens, and what `encode` throws
 * @example
 * ```ts
 * import { byteTokeniser, measureTokeniser } from '@limbeck/data';
 *
 * const { fertility, bytesPerToken } = measureTokeniser(byteTokeniser(), ['two words', 'né']);
 * console.log(fertility, bytesPerToken); // 4 1
 * ```
 */
export function measureTokeniser(
  tokeniser: Tokeniser,
  texts: readonly string[],
): TokeniserMeasures {
  const unknown = tokeniser.special.unknown?.id;
  const encoder = new TextEncoder();
  let [tokens, unknowns, words, bytes] = [0, 0, 0, 0];
  for (const text of texts) {
    const { ids } = tokeniser.encode(text, { special: false });
    tokens += ids.length;
    for (const id of ids) if (id === unknown) unknowns++;
    words += text.split(/\s+/u).filter((word) => word !== '').length;
    bytes += encoder.encode(text).length;
  }
  checkNotEmpty('measureTokeniser', { length: Math.min(tokens, words) });
  return {
    texts: texts.length,
    tokens,
    unknownShare: unknowns / tokens,
    fertility: tokens / words,
    bytesPerToken: bytes / tokens,
  };
}
