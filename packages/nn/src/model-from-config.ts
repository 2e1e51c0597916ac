import { type JsonObject, LimbeckError } from '@limbeck/core';
import type { Model, Tensor } from '@limbeck/tensor';
import { bagOfEmbeddings, type BagOfEmbeddingsOptions } from './bag-of-embeddings.js';
import { byteConvClassifier, type ByteConvClassifierOptions } from './byte-conv-classifier.js';
import { bertClassifier, type BertClassifierOptions } from './encoder/bert.js';
import { encoderClassifier, type EncoderClassifierOptions } from './encoder-classifier.js';
import { cifarResNet, type CifarResNetOptions } from './images/cifar-resnet.js';
import { convNet, type ConvNetOptions } from './images/conv-net.js';
import { mlp, type MlpOptions } from './mlp.js';
import { ngramClassifier, type NgramClassifierOptions } from './ngram-classifier.js';
import { tableFromJson } from './table-lookup.js';

/** A classifier of any family: whatever goes in, logits `[batch, labels]` come out. */
export type Classifier = Model<{ readonly [name: string]: Tensor }, { readonly logits: Tensor }>;

const families: { readonly [family: string]: (config: JsonObject) => unknown } = {
  mlp: (config) => mlp(config as unknown as MlpOptions),
  ngram: (config) => {
    const { table, ...rest } = config;
    const options = rest as unknown as NgramClassifierOptions;
    if (table === undefined) return ngramClassifier(options);
    return ngramClassifier({ ...options, table: tableFromJson(table as JsonObject) });
  },
  byteConv: (config) => byteConvClassifier(config as unknown as ByteConvClassifierOptions),
  bagOfEmbeddings: (config) => bagOfEmbeddings(config as unknown as BagOfEmbeddingsOptions),
  bert: (config) => bertClassifier(config as unknown as BertClassifierOptions),
  cifarResNet: (config) => cifarResNet(config as unknown as CifarResNetOptions),
  convNet: (config) => convNet(config as unknown as ConvNetOptions),
  encoder: (config) => encoderClassifier(config as unknown as EncoderClassifierOptions),
};

/**
 * The model of a `config`, as its family made it.
 *
 * @param config - what `model.config` was, read from JSON; its `family` names a classifier: `mlp`, `ngram`, `byteConv`,
 * `encoder`, `bagOfEmbeddings`, `bert`, `cifarResNet` or `convNet`
 * @throws LimbeckError `unknown-name` for another family; `invalid-option` for values that it refuses
 * @example
 * ```ts
 * import { mlp, modelFromConfig } from '@limbeck/nn';
 *
 * const model = mlp({ width: 4, labels: ['no', 'yes'] });
 * console.log(modelFromConfig(JSON.parse(JSON.stringify(model.config))).config['family']); // mlp
 * ```
 */
export function modelFromConfig(config: JsonObject): Classifier {
  const { family } = config;
  const make = typeof family === 'string' && Object.hasOwn(families, family) && families[family];
  if (!make) {
    throw new LimbeckError('unknown-name', {
      where: 'modelFromConfig',
      given: `the family ${JSON.stringify(family) ?? 'undefined'}`,
      expected: `one of ${Object.keys(families).join(', ')}`,
      next: 'Pass the config of a model of this package, or update @limbeck/nn.',
    });
  }
  return make(config) as Classifier;
}
