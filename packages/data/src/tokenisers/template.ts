import { invalidTokeniser, type Json, object, records, text } from './read-json.js';

/** What stands at a place of an encoding: a special token, or all tokens of a text. */
export type TemplateItem = { readonly type: number } & (
  | { readonly token: string; readonly id: number }
  | { readonly text: 0 | 1 }
);

/** What is put around one text and around two. */
export interface Template {
  /** Of one text. */
  readonly single: readonly TemplateItem[];
  /** Of two texts. */
  readonly pair: readonly TemplateItem[];
}

/** The texts alone. */
export const bareTemplate: Template = {
  single: [{ text: 0, type: 0 }],
  pair: [
    { text: 0, type: 0 },
    { text: 1, type: 1 },
  ],
};

/**
 * The template of a `tokenizer.json`'s `post_processor`, as the Rust library reads it.
 *
 * @param idOf - finds a token in the vocabulary
 */
export function readTemplate(
  postProcessor: Json,
  idOf: (token: string) => number | undefined,
): Template {
  const given = object(postProcessor);
  if (given === undefined) return bareTemplate;
  const known = (token: string | undefined): { readonly token: string; readonly id: number } => {
    const id = token === undefined ? undefined : idOf(token);
    if (token !== undefined && id !== undefined) return { token, id };
    throw invalidTokeniser(
      `the special token ${JSON.stringify(token)} of its post_processor`,
      'one that the vocabulary has',
    );
  };
  const named = (field: string) => known(text(Array.isArray(given[field]) ? given[field][0] : {}));

  switch (given['type']) {
    case 'ByteLevel':
      return bareTemplate;
    case 'TemplateProcessing': {
      const items = (field: string): TemplateItem[] =>
        records(given[field]).map((item) => {
          const special = object(item['SpecialToken']);
          const sequence = object(item['Sequence']);
          const type = Number((special ?? sequence)?.['type_id'] ?? 0);
          if (special !== undefined) return { ...known(text(special['id'])), type };
          const id = text(sequence?.['id']);
          if (id === 'A' || id === 'B') return { text: id === 'A' ? 0 : 1, type };
          throw invalidTokeniser(`the item ${JSON.stringify(item)}`, 'a special token, A or B');
        });
      return { single: items('single'), pair: items('pair') };
    }
    case 'BertProcessing':
    case 'RobertaProcessing': {
      const [cls, sep] = [named('cls'), named('sep')];
      const roberta = given['type'] === 'RobertaProcessing';
      // RoBERTa has no token types, and two separators between texts.
      const second = roberta ? 0 : 1;
      const first: TemplateItem[] = [
        { ...cls, type: 0 },
        { text: 0, type: 0 },
        { ...sep, type: 0 },
      ];
      return {
        single: first,
        pair: [
          ...first,
          ...(roberta ? [{ ...sep, type: 0 }] : []),
          { text: 1, type: second },
          { ...sep, type: second },
        ],
      };
    }
    case 'Sequence': {
      const templates = records(given['processors'])
        .filter((processor) => processor['type'] !== 'ByteLevel')
        .map((processor) => readTemplate(processor, idOf));
      if (templates.length > 1) {
        throw invalidTokeniser(
          'several templates in its post_processor',
          'one of them beside ByteLevel',
        );
      }
      return templates[0] ?? bareTemplate;
    }
    default:
      throw invalidTokeniser(
        `the post_processor ${JSON.stringify(given['type'])}`,
        'TemplateProcessing, BertProcessing, RobertaProcessing, ByteLevel or a Sequence',
      );
  }
}
