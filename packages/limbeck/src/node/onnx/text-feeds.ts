import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { type HostTensor, hostTensor, LimbeckError, type Spec } from '@limbeck/core';
import { tokenCollator } from '@limbeck/data';
import { loadTokeniser } from '@limbeck/data/node';
import { encodeText, padBytes } from '@limbeck/predict';
import type { ModelConfig } from './model-config.js';
import type { Feeds } from './quantise-onnx.js';

/** What a batch of tokens consists of. */
type Part = 'ids' | 'mask' | 'types';

/** What transformers call their inputs, and what the collator calls the same. */
const parts: { readonly [input: string]: Part } = {
  input_ids: 'ids',
  attention_mask: 'mask',
  token_type_ids: 'types',
};

/** Whether a file reads texts: all of its inputs are a transformer's. */
export function readsTexts(inputs: { readonly [name: string]: Spec }): boolean {
  return 'input_ids' in inputs && Object.keys(inputs).every((name) => name in parts);
}

/**
 * Batches of tokens, by the tokenizer that lies beside the model.
 *
 * @throws LimbeckError `data-missing` without one; as `loadTokeniser`
 */
export async function textFeeds(
  where: string,
  inputs: { readonly [name: string]: Spec },
  texts: readonly string[],
  given: {
    readonly folders: readonly string[];
    readonly config: ModelConfig;
    readonly batchSize: number;
  },
): Promise<readonly Feeds[]> {
  const collate = given.config.bytes
    ? byteBatches(given.config)
    : await tokenBatches(where, inputs, given);
  const batches: Feeds[] = [];
  for (let start = 0; start < texts.length; start += given.batchSize) {
    const batch = collate(texts.slice(start, start + given.batchSize));
    batches.push(
      Object.fromEntries(Object.keys(inputs).map((name) => [name, batch[parts[name] ?? 'ids']])),
    );
  }
  return batches;
}

type Collate = (texts: readonly string[]) => { readonly [P in Part]: HostTensor };

function byteBatches({ maxTokens = 512, padId = 256 }: ModelConfig): Collate {
  return (texts) => {
    const rows = texts.map((text) => encodeText(text, maxTokens));
    const { inputIds, attentionMask, tokens } = padBytes(rows, padId);
    const tensor = (data: BigInt64Array): HostTensor =>
      hostTensor('int64', [rows.length, tokens], data as BigInt64Array<ArrayBuffer>);
    return {
      ids: tensor(inputIds),
      mask: tensor(attentionMask),
      types: tensor(new BigInt64Array(inputIds.length)),
    };
  };
}

async function tokenBatches(
  where: string,
  inputs: { readonly [name: string]: Spec },
  given: { readonly folders: readonly string[]; readonly config: ModelConfig },
): Promise<Collate> {
  const folder = given.folders.find((one) => existsSync(path.join(one, 'tokenizer.json')));
  if (folder === undefined) {
    throw new LimbeckError('data-missing', {
      where,
      given: 'a model of texts without a tokenizer.json beside it',
      expected: "the model's own tokenizer",
      next: 'Pass --tokenizer, the folder that holds it.',
    });
  }
  const { padId, maxTokens } = given.config;
  const collator = tokenCollator<string>({
    tokeniser: await loadTokeniser(folder),
    text: (text) => text,
    maxTokens: maxTokens ?? (await lengthIn(folder)) ?? 512,
    types: true,
    empty: 'keep',
    ...(padId === undefined ? {} : { padId }),
    dtype: inputs['input_ids']?.dtype === 'int32' ? 'int32' : 'int64',
  });
  return (texts) => collator.collate(texts);
}

/** The length that the tokenizer's own files name, where it is one. */
async function lengthIn(folder: string): Promise<number | undefined> {
  const text = await readFile(path.join(folder, 'tokenizer_config.json'), 'utf8').catch(() => '{}');
  // JSON for sure: the tokeniser was loaded from it.
  const { model_max_length: length } = Object(JSON.parse(text)) as {
    readonly model_max_length?: unknown;
  };
  // "No limit" is written as a number of thirty digits.
  return typeof length === 'number' && length > 0 && length <= 8192 ? length : undefined;
}
