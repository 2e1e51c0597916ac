import { hostTensor } from '@limbeck/core';
import { constant, input, toOnnx } from '@limbeck/tensor';

/** The tokens of the test's vocabulary, by id. */
export const vocabulary = ['[PAD]', '[UNK]', '[CLS]', '[SEP]', 'good', 'bad', 'not', 'very', 'day'];

/** The text of a `tokenizer.json` over words, which puts `[CLS]` in front and `[SEP]` behind. */
export function tokenizerJson(
  tokens: readonly string[] = vocabulary,
  options: { readonly special?: boolean } = {},
): string {
  const { special = true } = options;
  const added = ['[PAD]', '[UNK]', '[CLS]', '[SEP]'].map((content, id) => ({
    id,
    content,
    single_word: false,
    lstrip: false,
    rstrip: false,
    normalized: false,
    special: true,
  }));
  const id = (name: string, ids: readonly number[]) => [name, { id: name, ids, tokens: [name] }];
  return JSON.stringify({
    version: '1.0',
    truncation: null,
    padding: null,
    added_tokens: added,
    normalizer: {
      type: 'BertNormalizer',
      clean_text: true,
      handle_chinese_chars: true,
      strip_accents: null,
      lowercase: true,
    },
    pre_tokenizer: { type: 'BertPreTokenizer' },
    post_processor: special
      ? {
          type: 'TemplateProcessing',
          single: [
            { SpecialToken: { id: '[CLS]', type_id: 0 } },
            { Sequence: { id: 'A', type_id: 0 } },
            { SpecialToken: { id: '[SEP]', type_id: 0 } },
          ],
          pair: [],
          special_tokens: Object.fromEntries([id('[CLS]', [2]), id('[SEP]', [3])]),
        }
      : null,
    decoder: { type: 'WordPiece', prefix: '##', cleanup: true },
    model: {
      type: 'WordPiece',
      unk_token: '[UNK]',
      continuing_subword_prefix: '##',
      max_input_chars_per_word: 100,
      vocab: Object.fromEntries(tokens.map((token, i) => [token, i])),
    },
  });
}

/** A model of `rows` tokens: each adds its weights to the logits of `good` and `bad`. */
export function tokenModel(rows = vocabulary.length): Uint8Array {
  const weights = [
    [0, 0],
    [0, 0],
    [0.25, 0],
    [0, 0.5],
    [2, 0],
    [0, 2],
    [0, 1],
    [0.5, 0.5],
    [0.125, 0],
  ].slice(0, rows);
  const shape = ['batch', 'tokens'];
  const ids = input('input_ids', { dtype: 'int64', shape });
  const mask = input('attention_mask', { dtype: 'int64', shape });
  const table = constant(hostTensor('float32', [rows, 2], weights.flat()));
  const seen = mask.cast('float32').reshape([...mask.shape, 1]);
  return toOnnx({ logits: table.gather(ids).mul(seen).sum(1) }, { portable: true }).bytes;
}

/** The text of its `config.json`. */
export function tokenConfig(own: { readonly [key: string]: unknown } = {}): string {
  const limbeck = {
    formatVersion: 2,
    family: 'bag',
    inputs: 'tokens',
    maxTokens: 6,
    padId: 0,
    vocabulary: 9,
  };
  return JSON.stringify({ id2label: { 0: 'good', 1: 'bad' }, limbeck: { ...limbeck, ...own } });
}

/** All files of the student. */
export const tokenFiles = {
  config: tokenConfig(),
  model: tokenModel(),
  tokenizer: tokenizerJson(),
  tokenizerConfig: JSON.stringify({
    tokenizer_class: 'PreTrainedTokenizerFast',
    pad_token: '[PAD]',
  }),
};
