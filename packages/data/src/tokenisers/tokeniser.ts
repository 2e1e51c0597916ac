import { LimbeckError } from '@limbeck/core';
import { alignTokens, type Alignment } from './align/align-tokens.js';
import { assemble, type TextTokens } from './assemble.js';
import { checkIsText } from './check-text.js';
import { type Library, type LibraryTokeniser, loadLibrary } from './load-library.js';
import { invalidTokeniser, type Json, object, records, text as asText } from './read-json.js';
import { findSpecialTokens } from './special-tokens.js';
import { readTemplate } from './template.js';
import type { Token, Tokeniser } from './tokeniser-types.js';
import { unknownId } from './unknown-id.js';
import { readVocabulary, type Vocabulary } from './vocabulary.js';

/**
 * The tokeniser of a `tokenizer.json`: WordPiece, BPE or Unigram, through `@huggingface/tokenizers`, an optional peer
 * that runs in pages too. Ids are those of transformers.js; cutting and filling up follow the options and not the file.
 *
 * @param json - the parsed `tokenizer.json`
 * @param config - the parsed `tokenizer_config.json`, which names special tokens
 * @throws LimbeckError `missing-dependency` without the peer; `invalid-data` if the JSON is damaged, contradicts itself
 * or uses what the peer cannot do
 */
export async function tokeniser(json: unknown, config: unknown = {}): Promise<Tokeniser> {
  const vocabulary = readVocabulary(json);
  const template = readTemplate(object(json)?.['post_processor'], (token) =>
    vocabulary.ids.get(token),
  );
  const special = findSpecialTokens(json, config, vocabulary);
  const { Tokenizer } = await loadLibrary();
  const library = build(Tokenizer, json, config, vocabulary.kind);
  const alignment = alignmentOf(library, json, vocabulary);
  const parts: { readonly [part: string]: Token } = { ...special };
  const specials = new Set(
    [...vocabulary.added.filter((each) => each.special), ...Object.values(parts)].map(
      ({ token }) => token,
    ),
  );
  const pad = special.pad ?? { token: '', id: 0 };

  const read = (given: string, offsets: boolean): TextTokens => {
    const { ids, tokens } = split(library, given);
    const located = offsets ? alignTokens(given, tokens, alignment) : undefined;
    return { ids, tokens, offsets: located };
  };
  return {
    kind: vocabulary.kind,
    vocabularySize: vocabulary.size,
    special,
    encode(text, options = {}) {
      const { pair, offsets = false } = options;
      const texts = pair === undefined ? [text] : [text, pair];
      return assemble(
        texts.map((each) => read(checkIsText('encode', each), offsets)),
        template,
        pad,
        options,
      );
    },
    decode(ids, { special: keep = false } = {}) {
      const wanted = ids.filter((id) => {
        const token = vocabulary.tokens.get(id);
        if (token === undefined) throw unknownId('decode', id);
        return keep || !specials.has(token);
      });
      return wanted.length === 0 ? '' : library.decode(wanted);
    },
    tokenId: (token) => vocabulary.ids.get(token),
    idToken: (id) => vocabulary.tokens.get(id),
  };
}

const types = { wordpiece: 'WordPiece', bpe: 'BPE', unigram: 'Unigram' } as const;

function build(
  Tokenizer: Library['Tokenizer'],
  json: Json,
  config: Json,
  kind: keyof typeof types,
): LibraryTokeniser {
  const { model, added_tokens: added, ...rest } = object(json) ?? {};
  const optional = { normalizer: null, pre_tokenizer: null, decoder: null };
  try {
    // Templates are ours: the library knows one text's, and not every kind's pair.
    const whole = { ...optional, ...rest, added_tokens: added ?? [], post_processor: null };
    return new Tokenizer(
      { ...whole, model: { ...object(model), type: types[kind] } },
      object(config) ?? {},
    );
  } catch (cause) {
    throw invalidTokeniser(
      `what @huggingface/tokenizers refuses: ${cause instanceof Error ? cause.message : String(cause)}`,
      'parts that it has',
      cause,
    );
  }
}

/** A text's tokens without special ones. @throws LimbeckError `invalid-data` */
function split(
  library: LibraryTokeniser,
  text: string,
): { readonly ids: readonly number[]; readonly tokens: readonly string[] } {
  const refuse = (why: string, next: string, cause?: unknown): LimbeckError =>
    new LimbeckError('invalid-data', {
      where: 'encode',
      given: `a text of ${text.length} characters ${why}`,
      expected: 'a text that the tokeniser can split',
      next,
      ...(cause === undefined ? {} : { cause }),
    });
  let encoded: ReturnType<LibraryTokeniser['encode']>;
  try {
    encoded = library.encode(text, { add_special_tokens: false });
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw refuse(`that fails: ${why}`, 'Cut the text into shorter ones before.', cause);
  }
  const { ids, tokens } = encoded;
  const lacking = ids.findIndex((id) => typeof id !== 'number');
  if (lacking < 0) return { ids: ids as readonly number[], tokens };
  throw refuse(
    `with ${JSON.stringify(tokens[lacking])}, which the vocabulary lacks`,
    'Use a tokeniser with an unknown token or with bytes.',
  );
}

function alignmentOf(
  library: LibraryTokeniser,
  json: Json,
  { kind, ids, added, unknown }: Vocabulary,
): Alignment {
  const model = object(object(json)?.['model']) ?? {};
  const { normalizer, pre_tokenizer: splitter } = library;
  const cache = new Map<string, string>();
  const normalise = (piece: string): string => {
    if (normalizer === null) return piece;
    const known = cache.get(piece);
    if (known !== undefined) return known;
    const normalised = normalizer.normalize(piece);
    if (cache.size >= 1 << 16) cache.clear();
    cache.set(piece, normalised);
    return normalised;
  };
  const [prefix, suffix] = [
    asText(model['continuing_subword_prefix']),
    asText(model['end_of_word_suffix']),
  ];
  return {
    normalise,
    ...(kind === 'wordpiece'
      ? {
          words: (text: string) => {
            const whole = normalizer === null ? text : normalizer.normalize(text);
            return splitter === null ? [whole] : splitter.pre_tokenize(whole);
          },
        }
      : {}),
    isKnown: (character) => ids.has(character),
    ...(unknown === undefined ? {} : { unknown }),
    fuse: model['fuse_unk'] === true,
    byteLevel: usesBytes(object(json)?.['pre_tokenizer']),
    byteFallback: model['byte_fallback'] === true,
    ...(kind === 'wordpiece' ? { prefix: prefix ?? '##' } : prefix === undefined ? {} : { prefix }),
    ...(suffix === undefined ? {} : { suffix }),
    added: new Set(added.map(({ token }) => token)),
  };
}

/** Whether a pre-tokeniser writes bytes. */
function usesBytes(splitter: Json): boolean {
  const given = object(splitter);
  if (given?.['type'] === 'ByteLevel') return true;
  return records(given?.['pretokenizers']).some(usesBytes);
}
