/** Small `tokenizer.json`s of every kind, written by hand. */

type Part = { readonly [key: string]: unknown };

const special = (token: string, id: number): Part => ({
  id,
  content: token,
  single_word: false,
  lstrip: false,
  rstrip: false,
  normalized: false,
  special: true,
});

const bertTokens = ['[PAD]', '[UNK]', '[CLS]', '[SEP]', '[MASK]'];

const ids = (tokens: readonly string[]): { [token: string]: number } =>
  Object.fromEntries(tokens.map((token, id) => [token, id]));

const item = (id: string, type: number): Part => ({ SpecialToken: { id, type_id: type } });
const text = (id: string, type: number): Part => ({ Sequence: { id, type_id: type } });

/** BERT's template over ids 2 and 3. */
export const bertTemplate: Part = {
  type: 'TemplateProcessing',
  single: [item('[CLS]', 0), text('A', 0), item('[SEP]', 0)],
  pair: [item('[CLS]', 0), text('A', 0), item('[SEP]', 0), text('B', 1), item('[SEP]', 1)],
  special_tokens: {
    '[CLS]': { id: '[CLS]', ids: [2], tokens: ['[CLS]'] },
    '[SEP]': { id: '[SEP]', ids: [3], tokens: ['[SEP]'] },
  },
};

/** Small WordPiece: lower case, no accents. */
export const wordPiece = {
  version: '1.0',
  truncation: null,
  padding: null,
  added_tokens: bertTokens.map(special),
  normalizer: {
    type: 'BertNormalizer',
    clean_text: true,
    handle_chinese_chars: true,
    strip_accents: null,
    lowercase: true,
  },
  pre_tokenizer: { type: 'BertPreTokenizer' },
  post_processor: bertTemplate,
  decoder: { type: 'WordPiece', prefix: '##', cleanup: false },
  model: {
    type: 'WordPiece',
    unk_token: '[UNK]',
    continuing_subword_prefix: '##',
    max_input_chars_per_word: 20,
    vocab: ids([
      ...bertTokens,
      ...['the', 'cat', 'cats', 'sat', 'un', '##cat', '##s', 'cafe', ',', '.', '!', 'a', '##a'],
      ...['猫', 'σ', '##σ', '##ς', 'o', '##o', '##d'],
    ]),
  },
};

const byteCharacters = Array.from({ length: 256 }, (_, byte) => byte).reduce<string[]>(
  (characters, byte) => {
    const printable = (byte >= 0x21 && byte <= 0x7e) || (byte >= 0xa1 && byte !== 0xad);
    const shifted = characters.filter((character) => character.codePointAt(0)! >= 0x100).length;
    return [...characters, String.fromCodePoint(printable ? byte : 0x100 + shifted)];
  },
  [],
);

const byteLevel = {
  type: 'ByteLevel',
  add_prefix_space: false,
  trim_offsets: true,
  use_regex: true,
};

/** Small byte-level BPE, as GPT-2's. */
export const byteBpe = {
  version: '1.0',
  truncation: null,
  padding: null,
  added_tokens: [special('<|endoftext|>', 256)],
  normalizer: null,
  pre_tokenizer: byteLevel,
  post_processor: byteLevel,
  decoder: byteLevel,
  model: {
    type: 'BPE',
    dropout: null,
    unk_token: null,
    continuing_subword_prefix: null,
    end_of_word_suffix: null,
    fuse_unk: false,
    byte_fallback: false,
    ignore_merges: false,
    vocab: ids([...byteCharacters, '<|endoftext|>', 'th', 'the', 'Ġt', 'Ġc', 'at', 'Ġcat', 'Ã©']),
    merges: [
      ['t', 'h'],
      ['th', 'e'],
      ['Ġ', 't'],
      ['Ġ', 'c'],
      ['a', 't'],
      ['Ġc', 'at'],
      ['Ã', '©'],
    ],
  },
};

/** Small BPE over characters with an unknown token and the mark for spaces, as Llama's without its bytes. */
export const characterBpe = {
  version: '1.0',
  truncation: null,
  padding: null,
  added_tokens: [special('<unk>', 0), special('<s>', 1), special('</s>', 2)],
  normalizer: {
    type: 'Sequence',
    normalizers: [
      { type: 'Prepend', prepend: '▁' },
      { type: 'Replace', pattern: { String: ' ' }, content: '▁' },
    ],
  },
  pre_tokenizer: null,
  post_processor: null,
  decoder: null,
  model: {
    type: 'BPE',
    dropout: null,
    unk_token: '<unk>',
    continuing_subword_prefix: null,
    end_of_word_suffix: null,
    fuse_unk: false,
    byte_fallback: false,
    ignore_merges: false,
    vocab: ids(['<unk>', '<s>', '</s>', '▁', 'c', 'a', 't', 's', 'ca', 'cat', '▁cat']),
    merges: ['c a', 'ca t', '▁ cat'],
  },
};

/** Small Unigram with composed characters. */
export const unigram = {
  version: '1.0',
  truncation: null,
  padding: null,
  added_tokens: [special('<pad>', 0), special('<unk>', 1)],
  normalizer: { type: 'NFKC' },
  pre_tokenizer: { type: 'Metaspace', replacement: '▁', prepend_scheme: 'always', split: true },
  post_processor: null,
  decoder: { type: 'Metaspace', replacement: '▁', prepend_scheme: 'always', split: true },
  model: {
    type: 'Unigram',
    unk_id: 1,
    vocab: [
      ['<pad>', 0],
      ['<unk>', 0],
      ['▁', -2],
      ['▁the', -2.5],
      ['▁cat', -3],
      ['s', -3.5],
      ['c', -5],
      ['a', -5],
      ['t', -5],
      ['h', -6],
      ['e', -6],
      ['é', -6],
      ['at', -4],
    ],
    byte_fallback: false,
  },
};

/** All of them by name. */
export const small = { wordPiece, byteBpe, characterBpe, unigram };
