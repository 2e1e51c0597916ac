import { LimbeckError } from '@limbeck/core';

/** A tokeniser of the library: what is used of it, since its own declarations do not resolve as modules. */
export interface LibraryTokeniser {
  readonly normalizer: { normalize(text: string): string } | null;
  readonly pre_tokenizer: { pre_tokenize(text: string): string[] } | null;
  encode(
    text: string,
    options: { readonly add_special_tokens: boolean },
  ): { readonly ids: readonly (number | null | undefined)[]; readonly tokens: readonly string[] };
  decode(ids: readonly number[]): string;
}

/** The library. */
export interface Library {
  readonly Tokenizer: new (json: object, config: object) => LibraryTokeniser;
}

/** `@huggingface/tokenizers`, an optional peer. @throws LimbeckError `missing-dependency` */
export async function loadLibrary(
  load: () => Promise<unknown> = () => import('@huggingface/tokenizers'),
): Promise<Library> {
  try {
    return (await load()) as Library;
  } catch (cause) {
    throw new LimbeckError('missing-dependency', {
      where: 'tokeniser',
      given: 'a project in which @huggingface/tokenizers cannot be imported',
      expected: 'version 0.2 or later',
      next: 'Run npm install @huggingface/tokenizers, or use byteTokeniser, which needs nothing.',
      cause,
    });
  }
}
