import { type Json, object, text } from './read-json.js';
import type { SpecialTokens } from './tokeniser-types.js';
import type { Vocabulary } from './vocabulary.js';

/** By their part: the field of `tokenizer_config.json`, and the names that published tokenisers give them. */
const parts = {
  pad: { field: 'pad_token', names: ['[PAD]', '<pad>', '<|pad|>'] },
  unknown: { field: 'unk_token', names: ['[UNK]', '<unk>'] },
  cls: { field: 'cls_token', names: ['[CLS]'] },
  sep: { field: 'sep_token', names: ['[SEP]'] },
  mask: { field: 'mask_token', names: ['[MASK]', '<mask>'] },
  bos: { field: 'bos_token', names: ['<s>', '<bos>', '<|startoftext|>'] },
  eos: { field: 'eos_token', names: ['</s>', '<eos>', '<|endoftext|>'] },
} as const;

/**
 * The special tokens: what `tokenizer_config.json` names, else what `tokenizer.json` does, else the added tokens that
 * bear a usual name.
 */
export function findSpecialTokens(
  json: Json,
  config: Json,
  { ids, added, unknown }: Vocabulary,
): SpecialTokens {
  const fields = object(config) ?? {};
  const padding = object(object(json)?.['padding']);
  return Object.fromEntries(
    Object.entries(parts).flatMap(([part, { field, names }]) => {
      const own = fields[field];
      const usual = added.find(({ token }) => (names as readonly string[]).includes(token))?.token;
      const inFile =
        part === 'pad' ? text(padding?.['pad_token']) : part === 'unknown' ? unknown : undefined;
      const token = text(own) ?? text(object(own)?.['content']) ?? inFile ?? usual;
      const id = token === undefined ? undefined : ids.get(token);
      return token === undefined || id === undefined ? [] : [[part, { token, id }]];
    }),
  );
}
