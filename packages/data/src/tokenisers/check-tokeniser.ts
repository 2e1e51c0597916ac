import { checkWhole, LimbeckError } from '@limbeck/core';
import type { Tokeniser } from './tokeniser-types.js';

/** Options of {@link checkTokeniser}. */
export interface CheckTokeniserOptions {
  /** How many rows a model may have that no token uses. @defaultValue 5% of the vocabulary, at least 128: models are padded */
  readonly spare?: number;
}

/**
 * Refuses a tokeniser that cannot be the model's own: one with ids that the model's embedding lacks, or with far fewer
 * ids than it has.
 *
 * @param vocabularySize - the rows of the model's embedding
 * @throws LimbeckError `shape-mismatch`, `invalid-option`
 * @example
 * ```ts
 * import { byteTokeniser, checkTokeniser } from '@limbeck/data';
 *
 * checkTokeniser(byteTokeniser(), 257); // 256 bytes and the padding
 * ```
 */
export function checkTokeniser(
  tokeniser: Tokeniser,
  vocabularySize: number,
  options: CheckTokeniserOptions = {},
): void {
  const { vocabularySize: own } = tokeniser;
  const { spare = Math.max(128, Math.floor(own / 20)) } = options;
  checkWhole('checkTokeniser', { vocabularySize }, 1, "Pass the rows of the model's embedding.");
  checkWhole('checkTokeniser', { spare }, 0, 'Leave it out to allow 5%.');
  if (vocabularySize >= own && vocabularySize - own <= spare) return;
  throw new LimbeckError('shape-mismatch', {
    where: 'checkTokeniser',
    given: `a ${tokeniser.kind} tokeniser of ${own} ids for a model of ${vocabularySize}`,
    expected:
      vocabularySize < own
        ? 'no more ids than the model has rows'
        : `at most ${spare} rows that no token uses`,
    next: "Load the tokenizer.json from the model's own folder.",
  });
}
