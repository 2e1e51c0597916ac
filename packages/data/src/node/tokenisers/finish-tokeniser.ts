import type { JsonObject } from '@limbeck/core';
import type { SpecialTokens } from '../../tokenisers/tokeniser-types.js';
import type { TrainedKind } from './blank-tokeniser.js';

type SpecialNames = { readonly [part in keyof SpecialTokens]: string };

/** The two files of a tokeniser: the blank one with its model, its special tokens, and what stands around texts. */
export function finishTokeniser(
  kind: TrainedKind,
  blank: JsonObject,
  model: JsonObject,
  special: SpecialNames,
): { readonly json: JsonObject; readonly config: JsonObject } {
  const ids = new Map(Object.values(special).map((token, id) => [token, id]));
  const added = [...ids].map(([content, id]) => ({
    id,
    content,
    single_word: false,
    lstrip: false,
    rstrip: false,
    normalized: false,
    special: true,
  }));
  const named = Object.fromEntries(
    Object.entries(special).map(([part, token]) => [
      part === 'unknown' ? 'unk_token' : `${part}_token`,
      token,
    ]),
  );
  return {
    json: { ...blank, added_tokens: added, post_processor: around(special, ids), model },
    config: {
      // transformers.js gives token types for BERT's class alone.
      tokenizer_class:
        kind === 'wordpiece' && special.cls !== undefined
          ? 'BertTokenizer'
          : 'PreTrainedTokenizerFast',
      ...named,
      clean_up_tokenization_spaces: kind === 'wordpiece',
      model_max_length: 512,
    },
  };
}

/** What stands around texts: BERT's tokens where they are named, else those that begin and end a text. */
function around(special: SpecialNames, ids: ReadonlyMap<string, number>): JsonObject | null {
  const { cls, sep, bos, eos } = special;
  const [begin, end] = cls !== undefined && sep !== undefined ? [cls, sep] : [bos, eos];
  if (begin === undefined && end === undefined) return null;
  const token = (id: string | undefined, type: number): JsonObject[] =>
    id === undefined ? [] : [{ SpecialToken: { id, type_id: type } }];
  const text = (id: string, type: number): JsonObject => ({ Sequence: { id, type_id: type } });
  const single = [...token(begin, 0), text('A', 0), ...token(end, 0)];
  const used = [begin, end].filter((each) => each !== undefined);
  return {
    type: 'TemplateProcessing',
    single,
    pair: [...single, text('B', 1), ...token(end, 1)],
    special_tokens: Object.fromEntries(
      used.map((each) => [each, { id: each, ids: [ids.get(each)!], tokens: [each] }]),
    ),
  };
}
