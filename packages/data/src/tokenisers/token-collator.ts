import { checkWhole, type Collator, LimbeckError, type Spec } from '@limbeck/core';
import { checkNotEmpty } from '../checks.js';
import { type IdType, integerTensor } from '../integer-tensor.js';
import type { Tokeniser } from './tokeniser-types.js';

/** What {@link tokenCollator} makes: all `[batch, tokens]`. */
export type TokenBatch = {
  /** Ids, and the padding token's behind shorter texts. */
  readonly ids: Spec;
  /** 1 for a token, 0 for padding. */
  readonly mask: Spec;
};

/** What {@link tokenCollator} makes with `types`. */
export type TypedTokenBatch = TokenBatch & {
  /** 0 in the first text, 1 in the second, 0 in the padding. */
  readonly types: Spec;
};

/** Options of {@link tokenCollator}. */
export interface TokenCollatorOptions<Row> {
  /** Splits the texts. */
  readonly tokeniser: Tokeniser;
  /** The row's text. */
  readonly text: (row: Row) => string;
  /** The row's second text, if it has one. @defaultValue none has */
  readonly pair?: (row: Row) => string | undefined;
  /** Longer texts are cut to this many tokens, special ones included. @defaultValue 128 */
  readonly maxTokens?: number;
  /** Whether the batch holds token types, which a BERT with `typeInput` reads. @defaultValue false */
  readonly types?: boolean;
  /** What stands behind shorter texts. @defaultValue the tokeniser's padding token, or 0 without one: the mask hides it */
  readonly padId?: number;
  /** Lengths are filled up to a multiple of this, so that fewer shapes occur. @defaultValue 1 */
  readonly multipleOf?: number;
  /** The numbers' type. @defaultValue 'int64', which `bertClassifier` and exported transformers read */
  readonly dtype?: Exclude<IdType, 'uint8'>;
  /**
   * What becomes of a text without a token of its own, such as an empty one: an error, or its special tokens alone (one
   * padding token that counts, if there are none). @defaultValue 'error'
   */
  readonly empty?: 'error' | 'keep';
}

/**
 * Texts as padded token ids with their mask, as long as the longest of the batch: what `bertClassifier` and exported
 * transformers take.
 *
 * @throws LimbeckError `invalid-option`; from `collate` `empty-data` without rows, `invalid-data` for a row whose text is
 * no string or has no tokens
 * @example
 * ```ts
 * import { byteTokeniser, tokenCollator } from '@limbeck/data';
 *
 * const collator = tokenCollator<string>({ tokeniser: byteTokeniser(), text: (row) => row, maxTokens: 3 });
 * const { ids, mask } = collator.collate(['abcdef', 'g']);
 * console.log(ids.data.join(), mask.data.join()); // 97,98,99,103,256,256 1,1,1,1,0,0
 * ```
 */
export function tokenCollator<Row>(
  options: TokenCollatorOptions<Row> & { readonly types: true },
): Collator<Row, TypedTokenBatch>;
export function tokenCollator<Row>(options: TokenCollatorOptions<Row>): Collator<Row, TokenBatch>;
export function tokenCollator<Row>(
  options: TokenCollatorOptions<Row>,
): Collator<Row, TokenBatch> | Collator<Row, TypedTokenBatch> {
  const { tokeniser, text, pair, maxTokens = 128, types: typed = false, multipleOf = 1 } = options;
  const { padId = tokeniser.special.pad?.id ?? 0, dtype = 'int64', empty = 'error' } = options;
  checkWhole('tokenCollator', { maxTokens, multipleOf }, 1, 'Leave it out to use the default.');
  checkWhole('tokenCollator', { padId }, 0, "Leave it out for the tokeniser's.");
  const spec = (): Spec => ({ dtype, shape: ['batch', 'tokens'] });
  const fields = { ids: spec(), mask: spec() };
  const specs = typed ? { ...fields, types: spec() } : fields;

  return {
    specs,
    collate(rows: readonly Row[]) {
      checkNotEmpty('tokenCollator', rows);
      const all = rows.map((row, i) => {
        const second = pair?.(row);
        const encoding = encode(i, () =>
          tokeniser.encode(text(row), {
            maxTokens,
            ...(second === undefined ? {} : { pair: second }),
          }),
        );
        if (empty === 'error' && !encoding.texts.includes(0)) throw noTokens(i);
        return encoding.ids.length > 0 ? encoding : { ids: [padId], types: [0] };
      });
      const longest = all.reduce((most, { ids }) => Math.max(most, ids.length), 1);
      const width = Math.ceil(longest / multipleOf) * multipleOf;
      const shape = [rows.length, width];
      const ids = new Int32Array(rows.length * width).fill(padId);
      const mask = new Int32Array(rows.length * width);
      const types = new Int32Array(rows.length * width);
      all.forEach((encoding, i) => {
        ids.set(encoding.ids, i * width);
        types.set(encoding.types, i * width);
        mask.fill(1, i * width, i * width + encoding.ids.length);
      });
      const batch = {
        ids: integerTensor(dtype, shape, ids),
        mask: integerTensor(dtype, shape, mask),
      };
      return typed ? { ...batch, types: integerTensor(dtype, shape, types) } : batch;
    },
  };
}

/** Names the row in what its text brought up. */
function encode<Result>(row: number, work: () => Result): Result {
  try {
    return work();
  } catch (cause) {
    if (!(cause instanceof LimbeckError) || cause.code !== 'invalid-data') throw cause;
    const { given, expected, next } = cause;
    const where = 'tokenCollator';
    throw new LimbeckError(cause.code, {
      where,
      given: `${given} in row ${row} of the batch`,
      expected,
      next,
      cause,
    });
  }
}

function noTokens(row: number): LimbeckError {
  return new LimbeckError('invalid-data', {
    where: 'tokenCollator',
    given: `a text without tokens in row ${row} of the batch`,
    expected: 'a text that is not empty',
    next: "Drop rows without text, or pass empty: 'keep'.",
  });
}
