import { LimbeckError } from '@limbeck/core';
import type { WeightNames, WeightSource } from '../weights/named-weights.js';

/**
 * Where BERT's files keep the parameters of {@link bertEncoder} and {@link bertClassifier}:
 * `bert.encoder.layer.0.attention.self.query.weight`, `[out, in]`; with the prefix `bert.` or without. Norms of old files,
 * named `gamma` and `beta`, are read too.
 *
 * @param path - of a parameter
 * @throws LimbeckError `unknown-name` for a parameter that the family does not have
 */
export const bertNames: WeightNames = (path) =>
  named('bertNames', path, {
    prefix: 'bert.',
    layer: 'encoder.layer.',
    tops: {
      words: 'embeddings.word_embeddings',
      positions: 'embeddings.position_embeddings',
      types: 'embeddings.token_type_embeddings',
      embeddingNorm: 'embeddings.LayerNorm',
      norm: 'encoder.LayerNorm',
      pooler: 'pooler.dense',
    },
    parts: {
      'attention/query': 'attention.self.query',
      'attention/key': 'attention.self.key',
      'attention/value': 'attention.self.value',
      'attention/output': 'attention.output.dense',
      attentionNorm: 'attention.output.LayerNorm',
      inner: 'intermediate.dense',
      outer: 'output.dense',
      outputNorm: 'output.LayerNorm',
    },
  });

/**
 * Where DistilBERT's files keep them: `distilbert.transformer.layer.0.attention.q_lin.weight`. The family has neither
 * token types nor a pooler.
 *
 * @param path - of a parameter
 * @throws LimbeckError `unknown-name` for a parameter that the family does not have
 */
export const distilBertNames: WeightNames = (path) =>
  named('distilBertNames', path, {
    prefix: 'distilbert.',
    layer: 'transformer.layer.',
    tops: {
      words: 'embeddings.word_embeddings',
      positions: 'embeddings.position_embeddings',
      embeddingNorm: 'embeddings.LayerNorm',
    },
    parts: {
      'attention/query': 'attention.q_lin',
      'attention/key': 'attention.k_lin',
      'attention/value': 'attention.v_lin',
      'attention/output': 'attention.out_lin',
      attentionNorm: 'sa_layer_norm',
      inner: 'ffn.lin1',
      outer: 'ffn.lin2',
      outputNorm: 'output_layer_norm',
    },
  });

interface Family {
  readonly prefix: string;
  readonly layer: string;
  readonly tops: { readonly [part: string]: string };
  readonly parts: { readonly [part: string]: string };
}

function named(where: string, path: string, { prefix, layer, tops, parts }: Family): WeightSource {
  const [, block, part, kind] = /^(?:encoder\/(\d+)\/)?(.+)\/(\w+)$/.exec(path) ?? [];
  const last = kind === 'beta' || kind === 'bias' ? 'bias' : 'weight';
  // Embeddings' tables and norms lie as they are; linear maps are [out, in].
  const transpose = kind === 'weight';
  if (block === undefined && part === 'classifier') {
    return { names: [`classifier.${last}`], transpose };
  }
  const own = block === undefined ? tops[part ?? ''] : parts[part ?? ''];
  if (own === undefined) {
    throw new LimbeckError('unknown-name', {
      where,
      given: `the parameter "${path}"`,
      expected: 'a parameter that the family has',
      next: "Make the encoder with the family's token types, norms and pooler.",
    });
  }
  const base = block === undefined ? own : `${layer}${block}.${own}`;
  const names = [`${prefix}${base}.${last}`, `${base}.${last}`];
  const old =
    kind === 'gamma' || kind === 'beta' ? [`${prefix}${base}.${kind}`, `${base}.${kind}`] : [];
  return { names: [...names, ...old], transpose };
}
