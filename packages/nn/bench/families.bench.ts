import { hostTensor, type HostTensor, leaves, Rng } from '@limbeck/core';
import {
  byteConvClassifier,
  type Classifier,
  encoderClassifier,
  hashNgrams,
  keepBuckets,
  ngramClassifier,
} from '@limbeck/nn';
import type { Loss, Tensor, TensorTree } from '@limbeck/tensor';
import { compile } from '@limbeck/testing';
import { bench, do_not_optimize, run } from 'mitata';

const labels = Array.from({ length: 22 }, (_, i) => `language ${i}`);
const rng = Rng.from(1);
const bytes = 512;
const orders = [1, 2, 3, 4, 5];

/** A model as a loss, so that it compiles with its gradients. */
function asLoss(model: Classifier): Loss<{ readonly [name: string]: Tensor }, TensorTree> {
  return {
    name: 'classifier',
    per: 'example',
    init: (seed) => model.init(seed),
    apply: (inputs, given) => ({
      terms: [
        {
          name: 'z',
          items: model
            .apply({ ...given, inputs })
            .outputs.logits.square()
            .sum(-1),
        },
      ],
      state: given.state,
    }),
  };
}

function texts(batch: number): { readonly ids: HostTensor; readonly mask: HostTensor } {
  const ids = Array.from({ length: batch * bytes }, () => 32 + rng.integer(96));
  const shape = [batch, bytes];
  return {
    ids: hostTensor('int64', shape, ids),
    mask: hostTensor(
      'int64',
      shape,
      ids.map(() => 1),
    ),
  };
}

const kept = Array.from({ length: 4000 }, () => rng.integer(65_536));
const families = {
  'n-grams, 4,000 of 65,536': ngramClassifier({
    labels,
    orders,
    buckets: 65_536,
    table: keepBuckets(65_536, kept),
    maxBytes: bytes,
  }),
  'n-grams, 16,384 to 128': ngramClassifier({
    labels,
    orders,
    buckets: 16_384,
    hidden: [128],
    maxBytes: bytes,
  }),
  'byte convolutions': byteConvClassifier({
    labels,
    maxBytes: bytes,
    width: 16,
    channels: [64, 64],
  }),
  'encoder, 2 layers of 64': encoderClassifier({
    labels,
    vocabulary: 256,
    maxTokens: bytes,
    width: 64,
    layers: 2,
    heads: 4,
  }),
};

for (const [name, family] of Object.entries(families)) {
  const model = family as unknown as Classifier;
  const weights = leaves(model.init(Rng.from(0)).parameters).map(([path]) => `parameters/${path}`);
  const forward = await compile(asLoss(model), texts(1), { gradients: [], training: false });
  bench(`${name}, forward, 1 text`, async () => do_not_optimize(await forward())).gc('inner');
  const step = await compile(asLoss(model), texts(8), { gradients: weights });
  bench(`${name}, gradients, 8 texts`, async () => do_not_optimize(await step())).gc('inner');
}

const text = Uint8Array.from({ length: bytes }, () => rng.integer(256));
bench('hashNgrams, 1 text', () => do_not_optimize(hashNgrams(text, { orders, buckets: 65_536 })));

await run();
