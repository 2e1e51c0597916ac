import type { HostTensor } from '@limbeck/core';
import {
  hashNgrams,
  keepBuckets,
  ngramClassifier,
  type NgramClassifier,
  type TextInputs,
} from '@limbeck/nn';
import type { Engine } from '@limbeck/runtime';
import { createContext, inputsFor, toOnnx } from '@limbeck/tensor';
import { textInputs } from './batches.js';
import type { Corpus, Snippet } from './corpus/index.js';
import { type Candidate, ngramOrders, type Settings } from './settings.js';

/** The parts of the corpus that students meet. */
export const partNames = ['train', 'validation', 'test', 'second'] as const;

/** One part's name. */
export type PartName = (typeof partNames)[number];

/** Features of every snippet of each part, `[snippets, width]`. */
export type FeatureParts = { readonly [Part in PartName]: Float32Array };

/**
 * Which fine buckets are features: those whose presence in a window tells most of the language that the teacher sees in
 * it, by mutual information. Every student of a run reads the same features, label-only ones too.
 *
 * ```text
 * I(bucket; language) = Σ_present Σ_language p(present, language) log (p(present, language) / p(present) p(language))
 * ```
 */
export function informativeBuckets(
  train: readonly Snippet[],
  teacher: readonly Float32Array[],
  { buckets, features }: Candidate,
): Int32Array {
  const classes = teacher[0]!.length;
  const together = new Float64Array(buckets * classes);
  const windows = new Float64Array(buckets);
  const languages = new Float64Array(classes);
  const encoder = new TextEncoder();
  train.forEach(({ text }, row) => {
    const p = softmax(teacher[row]!);
    p.forEach((share, label) => (languages[label]! += share));
    for (const bucket of new Set(
      hashNgrams(encoder.encode(text), { orders: ngramOrders, buckets }),
    )) {
      windows[bucket]! += 1;
      for (let label = 0; label < classes; label++)
        together[bucket * classes + label]! += p[label]!;
    }
  });
  const total = train.length;
  const part = (joint: number, a: number, b: number): number =>
    joint > 0 ? (joint / total) * Math.log((joint * total) / (a * b)) : 0;
  const information = Float64Array.from(windows, (present, bucket) => {
    let sum = 0;
    for (let label = 0; label < classes; label++) {
      const joint = together[bucket * classes + label]!;
      const language = languages[label]!;
      sum += part(joint, present, language) + part(language - joint, total - present, language);
    }
    return sum;
  });
  const order = Array.from(windows.keys()).sort(
    (a, b) => information[b]! - information[a]! || a - b,
  );
  return keepBuckets(buckets, order.slice(0, features));
}

/** e^x / Σ e^x. */
export function softmax(logits: Float32Array): Float64Array {
  const largest = Math.max(...logits);
  const powers = Float64Array.from(logits, (logit) => Math.exp(logit - largest));
  const sum = powers.reduce((a, b) => a + b, 0);
  return powers.map((power) => power / sum);
}

/** The student of a form: hashing and table inside the graph, at most 100 k weights behind them. */
export function studentModel(
  corpus: Corpus,
  table: Int32Array,
  candidate: Candidate,
  settings: Settings,
): NgramClassifier {
  return ngramClassifier({
    labels: corpus.languages,
    orders: ngramOrders,
    buckets: candidate.buckets,
    table,
    hidden: candidate.hidden,
    scale: 8,
    maxBytes: settings.maxBytes,
  });
}

/** Runs the part of a student that has no weights over every snippet, once: what it gives is what ships. */
export async function computeFeatures(
  engine: Engine,
  model: NgramClassifier,
  corpus: Corpus,
  settings: Settings,
): Promise<FeatureParts> {
  const { featurizer } = model;
  const { outputs } = featurizer.apply({
    parameters: {},
    state: {},
    inputs: inputsFor<TextInputs>(featurizer.inputs, 'input'),
    context: createContext({ training: false }),
  });
  const runner = await engine.load(toOnnx({ features: outputs.features }));
  const width = model.head.inputs.features.shape[1] as number;
  const parts: { [part: string]: Float32Array } = {};
  for (const part of partNames) parts[part] = await featuresOf(corpus[part], width);
  await runner.dispose();
  return parts as FeatureParts;

  async function featuresOf(snippets: readonly Snippet[], size: number): Promise<Float32Array> {
    const found = new Float32Array(snippets.length * size);
    const collator = textInputs(settings.maxBytes);
    // Snippets of one length together: little is padding.
    const order = snippets.map((snippet, index) => ({ ...snippet, index }));
    order.sort((a, b) => a.text.length - b.text.length);
    for (let at = 0; at < order.length; at += 256) {
      const rows = order.slice(at, at + 256);
      const { ids, mask } = collator.collate(rows);
      const out = await runner.run({ 'input/ids': ids, 'input/mask': mask });
      const data = (out['features'] as HostTensor<'float32'>).data;
      rows.forEach(({ index }, i) =>
        found.set(data.subarray(i * size, (i + 1) * size), index * size),
      );
    }
    return found;
  }
}
