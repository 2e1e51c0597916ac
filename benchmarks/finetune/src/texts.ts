import { readFileSync } from 'node:fs';
import path from 'node:path';
import { Tokenizer } from '@huggingface/tokenizers';
import { type Collator, type HostTensor, hostTensor } from '@limbeck/core';
import type { Tensor } from '@limbeck/tensor';
import type { Review } from './reviews.js';
import { mostTokens } from './settings.js';

/** What the encoder takes, each `[batch, tokens]`. */
export type TextIn = {
  /** Word pieces, int64. */
  readonly ids: Tensor;
  /** 1 where there is a word piece, int64. */
  readonly mask: Tensor;
  /** All 0: there is one text. int64. */
  readonly types: Tensor;
};

/** A batch to learn from. */
export type Batch = { readonly inputs: TextIn; readonly labels: Tensor };

/** A review in word pieces. */
export interface Encoded {
  readonly ids: readonly number[];
  readonly label: number;
}

// The package's own types lead to files that it does not ship.
const WordPieces = Tokenizer as unknown as new (
  tokenizer: object,
  config: object,
) => { encode(text: string): { readonly ids: readonly number[] } };

/** Reads a tokenizer of a model's folder. */
export function textEncoder(folder: string): (rows: readonly Review[]) => Encoded[] {
  const json = (name: string): object =>
    JSON.parse(readFileSync(path.join(folder, name), 'utf8')) as object;
  const tokenizer = new WordPieces(json('tokenizer.json'), json('tokenizer_config.json'));
  return (rows) =>
    rows.map(({ text, label }) => {
      const { ids } = tokenizer.encode(text);
      // The last piece ends the text.
      const kept = ids.length > mostTokens ? [...ids.slice(0, mostTokens - 1), ids.at(-1)!] : ids;
      return { ids: kept, label };
    });
}

/** Reviews as tensors, padded to the longest of them. */
export function textFeeds(rows: readonly Encoded[]): { readonly [K in keyof TextIn]: HostTensor } {
  const width = Math.max(...rows.map(({ ids }) => ids.length));
  const table = (element: (ids: readonly number[], at: number) => number): HostTensor =>
    hostTensor(
      'int64',
      [rows.length, width],
      rows.flatMap(({ ids }) => Array.from({ length: width }, (_, at) => element(ids, at))),
    );
  return {
    ids: table((ids, at) => ids[at] ?? 0),
    mask: table((ids, at) => (at < ids.length ? 1 : 0)),
    types: table(() => 0),
  };
}

const ids = { dtype: 'int64', shape: ['batch', 'tokens'] } as const;

/** Batches of reviews. */
export const reviewCollator: Collator<Encoded, Batch> = {
  specs: { inputs: { ids, mask: ids, types: ids }, labels: { dtype: 'int64', shape: ['batch'] } },
  collate: (rows) => ({
    inputs: textFeeds(rows),
    labels: hostTensor(
      'int64',
      [rows.length],
      rows.map(({ label }) => label),
    ),
  }),
};
