import { invalidTokeniser, type Json, object, records, text } from './read-json.js';

/** The vocabulary of a `tokenizer.json`, checked. */
export interface Vocabulary {
  /** How the model splits. */
  readonly kind: 'wordpiece' | 'bpe' | 'unigram';
  /** Ids by token, added tokens included. */
  readonly ids: ReadonlyMap<string, number>;
  /** Tokens by id. */
  readonly tokens: ReadonlyMap<number, string>;
  /** The highest id plus 1. */
  readonly size: number;
  /** The token for what is not in it, if there is one. */
  readonly unknown?: string;
  /** Tokens that are found in a text before it is split. */
  readonly added: readonly {
    readonly token: string;
    readonly id: number;
    readonly special: boolean;
  }[];
}

/** No model has as many rows; the tokenizer library keeps an array of this length. */
const mostIds = 2 ** 24;

const kinds = { WordPiece: 'wordpiece', BPE: 'bpe', Unigram: 'unigram' } as const;

/**
 * Reads and checks the vocabulary: every id is a small whole number and stands for one token, and what merges and
 * the unknown token name is there. What the tokenizer library trusts has been looked at then.
 *
 * @throws LimbeckError `invalid-data`
 */
export function readVocabulary(json: Json): Vocabulary {
  const root = object(json);
  const model = object(root?.['model']);
  if (root === undefined || model === undefined) {
    throw invalidTokeniser('JSON without a model', 'the content of a tokenizer.json');
  }
  const type = modelType(model);
  const ids = new Map<string, number>();
  const tokens = new Map<number, string>();
  const add = (token: Json, id: Json): void => {
    if (
      typeof token !== 'string' ||
      !Number.isInteger(id) ||
      Number(id) < 0 ||
      Number(id) >= mostIds
    ) {
      throw invalidTokeniser(
        `the token ${JSON.stringify(token)} with the id ${JSON.stringify(id)}`,
        `a string and a whole number from 0 to ${mostIds - 1}`,
      );
    }
    const other = tokens.get(Number(id));
    if (other !== undefined && other !== token) {
      throw invalidTokeniser(
        `the id ${Number(id)} for ${JSON.stringify(other)} and for ${JSON.stringify(token)}`,
        'an id of its own for every token',
      );
    }
    ids.set(token, Number(id));
    tokens.set(Number(id), token);
  };

  const entries = Array.isArray(model['vocab']) ? model['vocab'] : object(model['vocab']);
  if (entries === undefined || Array.isArray(entries) !== (type === 'Unigram')) {
    throw invalidTokeniser(
      `a ${type} model whose vocab is ${Array.isArray(entries) ? 'a list' : typeof model['vocab']}`,
      type === 'Unigram' ? 'a list of pieces with their scores' : 'an object of ids by token',
    );
  }
  if (Array.isArray(entries)) readPieces(entries, ids, tokens);
  else for (const [token, id] of Object.entries(entries)) add(token, id);

  const added = records(root['added_tokens']).map(({ content, id, special }) => {
    add(content, id);
    return { token: String(content), id: Number(id), special: special === true };
  });
  if (ids.size === 0) throw invalidTokeniser('an empty vocabulary', 'at least one token');
  if (type === 'BPE') checkMerges(model['merges'], ids);
  const unknown = unknownToken(type, model, tokens);
  if (unknown !== undefined && !ids.has(unknown)) {
    throw invalidTokeniser(
      `the unknown token ${JSON.stringify(unknown)}`,
      'one that the vocabulary has',
    );
  }
  let size = 0;
  for (const id of tokens.keys()) size = Math.max(size, id + 1);
  return {
    kind: kinds[type],
    ids,
    tokens,
    size,
    added,
    ...(unknown === undefined ? {} : { unknown }),
  };
}

function modelType(model: { readonly [key: string]: Json }): keyof typeof kinds {
  const { type } = model;
  if (type === 'WordPiece' || type === 'BPE' || type === 'Unigram') return type;
  // Old files name no type.
  if (type === undefined) {
    if (Array.isArray(model['vocab'])) return 'Unigram';
    if (model['vocab'] !== undefined) return 'merges' in model ? 'BPE' : 'WordPiece';
  }
  throw invalidTokeniser(`a model of type ${JSON.stringify(type)}`, 'WordPiece, BPE or Unigram');
}

function readPieces(
  entries: readonly Json[],
  ids: Map<string, number>,
  tokens: Map<number, string>,
): void {
  if (entries.length >= mostIds)
    throw invalidTokeniser(`${entries.length} pieces`, `under ${mostIds}`);
  entries.forEach((entry, id) => {
    const [piece, score] = Array.isArray(entry) ? (entry as Json[]) : [];
    if (typeof piece !== 'string' || typeof score !== 'number' || !Number.isFinite(score)) {
      throw invalidTokeniser(
        `the piece ${JSON.stringify(entry)}`,
        'a string and its score, a finite number',
      );
    }
    // Pieces may repeat in published files: the last one is found.
    ids.set(piece, id);
    tokens.set(id, piece);
  });
}

function checkMerges(merges: Json, ids: ReadonlyMap<string, number>): void {
  if (!Array.isArray(merges))
    throw invalidTokeniser('a BPE model without merges', 'a list of them');
  for (const merge of merges as Json[]) {
    const parts: Json[] =
      typeof merge === 'string' ? merge.split(' ') : Array.isArray(merge) ? merge : [];
    if (parts.length === 2 && parts.every((part) => typeof part === 'string' && ids.has(part)))
      continue;
    throw invalidTokeniser(
      `the merge ${JSON.stringify(merge)}`,
      'two tokens that the vocabulary has',
    );
  }
}

function unknownToken(
  type: keyof typeof kinds,
  model: { readonly [key: string]: Json },
  tokens: ReadonlyMap<number, string>,
): string | undefined {
  if (type !== 'Unigram') return text(model['unk_token']);
  const id = model['unk_id'];
  if (id === null || id === undefined) return undefined;
  const token = tokens.get(Number(id));
  if (token !== undefined) return token;
  throw invalidTokeniser(`the unknown piece ${JSON.stringify(id)}`, 'the place of a piece');
}
