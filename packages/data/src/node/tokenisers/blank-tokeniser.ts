import type { JsonObject } from '@limbeck/core';

/** The kinds of vocabulary that are trained. */
export type TrainedKind = 'wordpiece' | 'bpe' | 'unigram';

/** A `tokenizer.json` of the kind, before anything is learnt. */
export function blankTokeniser(kind: TrainedKind, lowercase: boolean): JsonObject {
  return {
    version: '1.0',
    truncation: null,
    padding: null,
    added_tokens: [],
    post_processor: null,
    ...parts[kind](lowercase),
  };
}

/** A text as the kind's vocabulary is written: close enough to count its characters. */
export function normalised(kind: TrainedKind, lowercase: boolean, text: string): string {
  if (kind === 'bpe') return lowercase ? text.toLowerCase() : text;
  if (kind === 'unigram') {
    const composed = text.normalize('NFKC');
    return lowercase ? composed.toLowerCase() : composed;
  }
  // BERT strips accents where it lowers.
  return lowercase
    ? text
        .toLowerCase()
        .normalize('NFD')
        .replaceAll(/\p{Mn}/gu, '')
    : text;
}

const parts: { readonly [kind in TrainedKind]: (lowercase: boolean) => JsonObject } = {
  wordpiece: (lowercase) => ({
    normalizer: {
      type: 'BertNormalizer',
      clean_text: true,
      handle_chinese_chars: true,
      strip_accents: null,
      lowercase,
    },
    pre_tokenizer: { type: 'BertPreTokenizer' },
    decoder: { type: 'WordPiece', prefix: '##', cleanup: true },
    model: {
      type: 'WordPiece',
      unk_token: '[UNK]',
      continuing_subword_prefix: '##',
      max_input_chars_per_word: 100,
      vocab: {},
    },
  }),
  bpe: (lowercase) => {
    const bytes = {
      type: 'ByteLevel',
      add_prefix_space: false,
      trim_offsets: true,
      use_regex: true,
    };
    return {
      normalizer: lowercase ? { type: 'Lowercase' } : null,
      pre_tokenizer: bytes,
      decoder: bytes,
      model: {
        type: 'BPE',
        dropout: null,
        unk_token: null,
        continuing_subword_prefix: null,
        end_of_word_suffix: null,
        fuse_unk: false,
        byte_fallback: false,
        ignore_merges: false,
        vocab: {},
        merges: [],
      },
    };
  },
  unigram: (lowercase) => {
    const spaces = { type: 'Metaspace', replacement: '▁', prepend_scheme: 'always', split: true };
    return {
      normalizer: {
        type: 'Sequence',
        normalizers: [
          { type: 'NFKC' },
          ...(lowercase ? [{ type: 'Lowercase' }] : []),
          // Line ends would become parts of pieces.
          { type: 'Replace', pattern: { Regex: '\\s+' }, content: ' ' },
          { type: 'Strip', strip_left: true, strip_right: true },
        ],
      },
      pre_tokenizer: spaces,
      decoder: spaces,
      model: { type: 'Unigram', unk_id: null, vocab: [], byte_fallback: false },
    };
  },
};
