import { LimbeckError } from '@limbeck/core';
import type { TokenStudentConfig } from './config.js';

/** As much of a tokenizer of `@huggingface/tokenizers` as is used here. */
export interface TextTokenizer {
  /** The ids of a text. */
  encode(
    text: string,
    options?: { readonly add_special_tokens?: boolean },
  ): { readonly ids: readonly number[] };
  /** Ids by token. */
  get_vocab(withAddedTokens?: boolean): ReadonlyMap<string, number>;
}

/** As much of the module `@huggingface/tokenizers` as is used here. */
export interface TokenizersModule {
  /** Makes a tokenizer of the objects in `tokenizer.json` and `tokenizer_config.json`. */
  readonly Tokenizer: new (tokenizer: object, config: object) => TextTokenizer;
}

/** Turns texts into ids, at most `maxTokens` of them. */
export interface TokenEncoder {
  /** The ids of a text, and whether there were more. */
  encode(text: string): { readonly ids: readonly number[]; readonly isCut: boolean };
  /** The largest id that a text can have. */
  readonly largestId: number;
}

/** The texts of a student's tokenizer files. */
export interface TokenizerFiles {
  /** The text of `tokenizer.json`. */
  readonly tokenizer?: string | undefined;
  /** The text of `tokenizer_config.json`. */
  readonly tokenizerConfig?: string | undefined;
}

/**
 * Makes the encoder of a token student.
 *
 * @param load - Imports the tokenizers' module.
 * @throws LimbeckError `missing-dependency` without `@huggingface/tokenizers`; `data-missing` without a tokenizer;
 * `corrupt-file` for one that cannot be read; `shape-mismatch` for one that does not fit the student
 */
export async function tokenEncoder(
  config: TokenStudentConfig,
  files: TokenizerFiles,
  load: () => Promise<TokenizersModule> = loadTokenizers,
): Promise<TokenEncoder> {
  const { tokenizer: text, tokenizerConfig = '{}' } = files;
  if (text === undefined) {
    throw new LimbeckError('data-missing', {
      where: 'loadStudent',
      given: 'a student of tokens without tokenizer.json',
      expected: 'the tokenizer that it was trained with, beside config.json',
      next: 'Copy the whole folder, or pass the file as `tokenizer`.',
    });
  }
  const { Tokenizer } = await load();
  const tokenizer = madeOf(Tokenizer, text, tokenizerConfig);
  const vocabulary = [...tokenizer.get_vocab(true).values()];
  const largestId = vocabulary.reduce((most, id) => Math.max(most, id), -1);
  if (config.vocabulary !== undefined && largestId + 1 !== config.vocabulary) {
    throw misfit(
      `a tokenizer.json with ids up to ${largestId}`,
      `ids up to ${config.vocabulary - 1}, as config.json says`,
    );
  }
  const { maxTokens } = config;
  return { largestId, encode: (each) => cut(tokenizer, each, maxTokens) };
}

/** The error of a tokenizer that another student was trained with. */
export function misfit(given: string, expected: string, cause?: unknown): LimbeckError {
  return new LimbeckError('shape-mismatch', {
    where: 'loadStudent',
    given,
    expected,
    next: 'The tokenizer does not belong to this model: copy the files of one export together.',
    cause,
  });
}

function madeOf(
  Tokenizer: TokenizersModule['Tokenizer'],
  text: string,
  config: string,
): TextTokenizer {
  try {
    const made = new Tokenizer(JSON.parse(text) as object, JSON.parse(config) as object);
    // What is wrong with the file shows itself when it is used.
    made.encode('a');
    return made;
  } catch (cause) {
    throw new LimbeckError('corrupt-file', {
      where: 'loadStudent',
      given: 'a tokenizer.json that cannot be read',
      expected: 'a tokenizer as Hugging Face writes it',
      next: 'Export the student again, or copy the folder again.',
      cause,
    });
  }
}

/** The ids of a text; a long one loses its end, and keeps the special tokens around it. */
function cut(
  tokenizer: TextTokenizer,
  text: string,
  maxTokens: number,
): ReturnType<TokenEncoder['encode']> {
  const { ids } = tokenizer.encode(text);
  if (ids.length <= maxTokens) return { ids, isCut: false };
  const { ids: bare } = tokenizer.encode(text, { add_special_tokens: false });
  const before = Math.max(0, startOf(bare, ids));
  const after = Math.max(0, ids.length - before - bare.length);
  const room = Math.max(0, maxTokens - before - after);
  const kept = [...ids.slice(0, before), ...bare.slice(0, room), ...ids.slice(ids.length - after)];
  return { ids: kept.slice(0, maxTokens), isCut: true };
}

/** Where the ids of the text begin among those with special tokens. */
function startOf(bare: readonly number[], all: readonly number[]): number {
  for (let start = 0; start + bare.length <= all.length; start++) {
    if (bare.every((id, i) => all[start + i] === id)) return start;
  }
  return -1;
}

async function loadTokenizers(): Promise<TokenizersModule> {
  try {
    return await import('@huggingface/tokenizers');
  } catch (cause) {
    throw new LimbeckError('missing-dependency', {
      where: 'loadStudent',
      given: 'a student of tokens in a project without @huggingface/tokenizers',
      expected: 'version 0.2 or later',
      next: 'Run npm install @huggingface/tokenizers, or pass the module as `tokenizers`.',
      cause,
    });
  }
}
