import { checkWhole, LimbeckError } from '@limbeck/core';

/** What turns the texts of a student into ids: the files of a Hugging Face tokenizer. */
export interface StudentTokenizer {
  /** The text of `tokenizer.json`; it goes into the folder as it is. */
  readonly json: string;
  /** The text of `tokenizer_config.json`. @defaultValue one that says how long texts may be */
  readonly config?: string;
  /** How many tokens of a text the student reads, special ones included. */
  readonly maxTokens: number;
  /** The id that fills up shorter texts of a batch. */
  readonly padId: number;
}

/**
 * How many ids a tokenizer has: one more than the largest.
 * @throws LimbeckError `invalid-data` for what is no tokenizer; `invalid-option` for a length or padding id that is none
 */
export function idsOf({ json, maxTokens, padId }: StudentTokenizer): number {
  checkWhole('studentFiles, tokenizer', { maxTokens }, 1, 'Use the length that it was trained on.');
  checkWhole(
    'studentFiles, tokenizer',
    { padId },
    0,
    "Use the id of the tokenizer's padding token.",
  );
  let largest = -1;
  try {
    const { model, added_tokens: added = [] } = JSON.parse(json) as {
      readonly model: { readonly vocab: { readonly [token: string]: number } | readonly unknown[] };
      readonly added_tokens?: readonly { readonly id: number }[];
    };
    // Unigram lists its pieces in the order of their ids.
    const ids = Array.isArray(model.vocab)
      ? [model.vocab.length - 1]
      : Object.values(model.vocab as { readonly [token: string]: number });
    for (const id of [...ids, ...added.map((token) => token.id)]) {
      if (Number.isSafeInteger(id) && id > largest) largest = id;
    }
  } catch (cause) {
    throw noTokenizer('a text that is no tokenizer.json', cause);
  }
  if (largest < 0) throw noTokenizer('a tokenizer without tokens');
  return largest + 1;
}

function noTokenizer(given: string, cause?: unknown): LimbeckError {
  return new LimbeckError('invalid-data', {
    where: 'studentFiles, tokenizer',
    given,
    expected: 'the text of a tokenizer.json with a vocabulary',
    next: 'Pass the file that the student was trained with, as it is.',
    cause,
  });
}
