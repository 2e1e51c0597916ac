import { type JsonObject, LimbeckError } from '@limbeck/core';
import type { Activation } from '../activations.js';
import { gpt2Names, llamaNames } from '../decoder/decoder-names.js';
import type { DecoderOptions } from '../decoder/decoder-options.js';
import type { BertOptions } from '../encoder/bert.js';
import { bertNames, distilBertNames } from '../encoder/bert-names.js';
import type { WeightNames } from './named-weights.js';

/** What a published `config.json` describes: options of one of our models, and where its file keeps the parameters. */
export type PublishedModel =
  | { readonly kind: 'decoder'; readonly options: DecoderOptions; readonly names: WeightNames }
  | { readonly kind: 'encoder'; readonly options: BertOptions; readonly names: WeightNames };

/**
 * Reads the `config.json` that lies beside a published model's weights, of the type `llama`, `gpt2`, `bert` or
 * `distilbert`.
 *
 * @param config - the file's JSON
 * @throws LimbeckError `unknown-name` for another `model_type`; `invalid-data` for a field that is missing or no number;
 * `invalid-option` for a setting that the model here does not have, such as scaled rotary positions
 * @example
 * ```ts
 * import { causalDecoder, countParameters, publishedConfig } from '@limbeck/nn';
 *
 * const config = { model_type: 'gpt2', vocab_size: 50257, n_positions: 1024, n_embd: 768, n_layer: 12, n_head: 12 };
 * const published = publishedConfig(config);
 * if (published.kind === 'decoder') {
 *   console.log(countParameters(causalDecoder(published.options).parameterSpecs)); // 124439808
 * }
 * ```
 */
export function publishedConfig(config: JsonObject): PublishedModel {
  const type = config['model_type'];
  const read = typeof type === 'string' && Object.hasOwn(families, type) && families[type];
  if (read) return read(new Fields(config));
  throw new LimbeckError('unknown-name', {
    where: 'publishedConfig',
    given: `model_type ${JSON.stringify(type) ?? 'undefined'}`,
    expected: `one of ${Object.keys(families).join(', ')}`,
    next: 'Make the model by its own options, or read its ONNX file with modelFromOnnx.',
  });
}

const families: { readonly [type: string]: (fields: Fields) => PublishedModel } = {
  llama: (fields) => {
    fields.only('hidden_act', 'silu');
    fields.only('attention_bias', false);
    fields.only('mlp_bias', false);
    fields.only('rope_scaling', null);
    const [width, heads] = [fields.number('hidden_size'), fields.number('num_attention_heads')];
    const options: DecoderOptions = {
      vocabulary: fields.number('vocab_size'),
      maxTokens: fields.number('max_position_embeddings'),
      width,
      layers: fields.number('num_hidden_layers'),
      heads,
      keyValueHeads: fields.number('num_key_value_heads', heads),
      headWidth: fields.number('head_dim', width / heads),
      feedForward: fields.number('intermediate_size'),
      epsilon: fields.number('rms_norm_eps', 1e-6),
      rotaryBase: fields.number('rope_theta', 10_000),
      tied: fields.flag('tie_word_embeddings', false),
    };
    return { kind: 'decoder', options, names: llamaNames };
  },
  gpt2: (fields) => {
    const activation = fields.oneOf<Activation>('activation_function', 'gelu_new', {
      gelu_new: 'geluTanh',
      gelu: 'gelu',
      relu: 'relu',
    });
    const width = fields.number('n_embd');
    const options: DecoderOptions = {
      vocabulary: fields.number('vocab_size'),
      maxTokens: fields.number('n_positions'),
      width,
      layers: fields.number('n_layer'),
      heads: fields.number('n_head'),
      feedForward: fields.number('n_inner', 4 * width),
      norm: 'layer',
      epsilon: fields.number('layer_norm_epsilon', 1e-5),
      positions: 'learned',
      activation,
      tied: fields.flag('tie_word_embeddings', true),
    };
    return { kind: 'decoder', options, names: gpt2Names };
  },
  bert: (fields) => {
    fields.only('hidden_act', 'gelu');
    fields.only('position_embedding_type', 'absolute');
    const options: BertOptions = {
      vocabulary: fields.number('vocab_size'),
      maxTokens: fields.number('max_position_embeddings'),
      width: fields.number('hidden_size'),
      layers: fields.number('num_hidden_layers'),
      heads: fields.number('num_attention_heads'),
      feedForward: fields.number('intermediate_size'),
      types: fields.number('type_vocab_size', 2),
      epsilon: fields.number('layer_norm_eps', 1e-12),
    };
    return { kind: 'encoder', options, names: bertNames };
  },
  distilbert: (fields) => {
    fields.only('activation', 'gelu');
    const options: BertOptions = {
      vocabulary: fields.number('vocab_size'),
      maxTokens: fields.number('max_position_embeddings'),
      width: fields.number('dim'),
      layers: fields.number('n_layers'),
      heads: fields.number('n_heads'),
      feedForward: fields.number('hidden_dim'),
      types: 0,
      pooler: false,
    };
    return { kind: 'encoder', options, names: distilBertNames };
  },
};

/** Reads fields of a config; what is absent or null has its default. */
class Fields {
  readonly #config: JsonObject;

  constructor(config: JsonObject) {
    this.#config = config;
  }

  number(name: string, fallback?: number): number {
    const value = this.#config[name] ?? fallback;
    if (typeof value === 'number') return value;
    return refuse('invalid-data', name, value, 'a number');
  }

  flag(name: string, fallback: boolean): boolean {
    const value = this.#config[name] ?? fallback;
    if (typeof value === 'boolean') return value;
    return refuse('invalid-data', name, value, 'true or false');
  }

  oneOf<Value>(name: string, fallback: string, known: { readonly [value: string]: Value }): Value {
    const value = this.#config[name] ?? fallback;
    if (typeof value === 'string' && Object.hasOwn(known, value)) return known[value]!;
    return refuse('invalid-option', name, value, Object.keys(known).join(' or '));
  }

  /** Refuses anything but the one setting that the model here has. */
  only(name: string, setting: string | boolean | null): void {
    const value = this.#config[name] ?? setting;
    if (value !== setting) refuse('invalid-option', name, value, JSON.stringify(setting));
  }
}

function refuse(
  code: 'invalid-data' | 'invalid-option',
  name: string,
  value: unknown,
  expected: string,
): never {
  throw new LimbeckError(code, {
    where: 'publishedConfig',
    given: `${name} ${JSON.stringify(value) ?? 'missing'}`,
    expected,
    next: 'Check that this is the config.json of the weights, and of a model that this package has.',
  });
}
