import { readFileSync } from 'node:fs';
import path from 'node:path';
import type { JsonObject } from '@limbeck/core';
import {
  bertEncoder,
  bertNames,
  causalDecoder,
  countParameters,
  distilBertNames,
  gpt2Names,
  llamaNames,
  publishedConfig,
} from '@limbeck/nn';
import { describe, expect, test } from 'vitest';
import { requires } from '../../../../test-support/requires.js';

/** What the published checkpoints' own config.json say, without what does not bear on the graph. */
const llama = {
  model_type: 'llama',
  hidden_act: 'silu',
  hidden_size: 2048,
  intermediate_size: 5632,
  max_position_embeddings: 2048,
  num_attention_heads: 32,
  num_hidden_layers: 22,
  num_key_value_heads: 4,
  rms_norm_eps: 1e-5,
  rope_scaling: null,
  tie_word_embeddings: false,
  vocab_size: 32_000,
};
const gpt2 = {
  model_type: 'gpt2',
  activation_function: 'gelu_new',
  layer_norm_epsilon: 1e-5,
  n_embd: 768,
  n_head: 12,
  n_layer: 12,
  n_positions: 1024,
  vocab_size: 50_257,
};
const bert = {
  model_type: 'bert',
  hidden_act: 'gelu',
  hidden_size: 768,
  intermediate_size: 3072,
  layer_norm_eps: 1e-12,
  max_position_embeddings: 512,
  num_attention_heads: 12,
  num_hidden_layers: 12,
  position_embedding_type: 'absolute',
  type_vocab_size: 2,
  vocab_size: 30_522,
};
const distilbert = {
  model_type: 'distilbert',
  activation: 'gelu',
  dim: 768,
  hidden_dim: 3072,
  max_position_embeddings: 512,
  n_heads: 12,
  n_layers: 6,
  vocab_size: 30_522,
};

describe('publishedConfig', () => {
  // TinyLlama 1.1B, GPT-2, bert-base-uncased and distilbert-base-uncased.
  test.each([
    [llama, 1_100_048_384, llamaNames],
    [gpt2, 124_439_808, gpt2Names],
    [bert, 109_482_240, bertNames],
    [distilbert, 66_362_880, distilBertNames],
  ] as const)('$model_type has its published size', (config, count, names) => {
    const published = publishedConfig(config);
    const model =
      published.kind === 'decoder'
        ? causalDecoder(published.options)
        : bertEncoder(published.options);
    expect(countParameters(model.parameterSpecs)).toBe(count);
    expect(published.names).toBe(names);
  });

  test('reads the files at hand', (context) => {
    const data = requires('data', context);
    const read = (name: string): JsonObject =>
      JSON.parse(
        readFileSync(path.join(data, 'models', name, 'config.json'), 'utf8'),
      ) as JsonObject;
    expect(publishedConfig(read('stories260k'))).toMatchObject({
      kind: 'decoder',
      options: { keyValueHeads: 4, headWidth: 8, feedForward: 172, tied: true },
    });
    expect(publishedConfig(read('sst2-bert-tiny-scratch'))).toMatchObject({
      kind: 'encoder',
      options: { width: 128, layers: 2, heads: 2, types: 2, epsilon: 1e-12 },
    });
  });

  test.each([
    ['unknown-name', { model_type: 't5' }, 'model_type "t5"'],
    ['unknown-name', {}, 'model_type undefined'],
    ['unknown-name', { model_type: 'toString' }, 'model_type "toString"'],
    ['invalid-data', { ...gpt2, n_embd: '768' }, 'n_embd "768"'],
    ['invalid-data', { model_type: 'gpt2' }, 'n_embd missing'],
    ['invalid-data', { ...gpt2, tie_word_embeddings: 1 }, 'tie_word_embeddings 1'],
    ['invalid-option', { ...gpt2, activation_function: 'swish' }, 'activation_function "swish"'],
    ['invalid-option', { ...llama, rope_scaling: { factor: 8 } }, 'rope_scaling {"factor":8}'],
    ['invalid-option', { ...llama, attention_bias: true }, 'attention_bias true'],
    ['invalid-option', { ...llama, hidden_act: 'gelu' }, 'hidden_act "gelu"'],
    ['invalid-option', { ...bert, hidden_act: 'relu' }, 'hidden_act "relu"'],
    ['invalid-option', { ...distilbert, activation: 'relu' }, 'activation "relu"'],
  ])('refuses with %s', (code, config, given) => {
    expect(() => publishedConfig(config)).toThrow(
      expect.objectContaining({ code, given }) as Error,
    );
  });
});
