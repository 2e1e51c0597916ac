import {
  accuracy,
  compare,
  type Comparison,
  type ExperimentResult,
  type ExperimentSystem,
  type Machine,
} from '@limbeck/evaluators';
import type { Reviews, Split } from './reviews.js';
import { adapters, rates, type Setting } from './settings.js';

/** What a system answered, a list a seed, and what it took. */
export interface Measured {
  readonly name: string;
  readonly role: ExperimentSystem['role'];
  readonly answers: readonly (readonly number[])[];
  readonly learnt: number;
  readonly seconds: number;
  readonly sizeBytes: number;
  /** The largest distance of logits before and after adapters were merged, a seed each. */
  readonly mergedGaps?: readonly number[];
}

/** The systems' names. */
export const systems = {
  untuned: 'as it came',
  all: 'all weights',
  adapters: `adapters of rank ${adapters.rank}`,
  shuffled: 'all weights, labels shuffled',
} as const;

/** What the claim asks for. */
const aims = { adapterLoss: 0.01, adapterShare: 0.05, mergedGap: 1e-5 };

/** Everything as the file of the experiment. */
export function experimentResult(
  measured: readonly Measured[],
  given: {
    readonly reviews: Reviews;
    readonly split: Split;
    readonly setting: Setting;
    readonly weights: number;
  },
  machine: Machine,
): ExperimentResult {
  const { reviews, split, setting, weights } = given;
  const metric = accuracy();
  const references = split.heldOut.map(({ label }) => label);
  const rowsOf = ({ answers }: Measured) =>
    answers.map((labels) => metric.rows({ labels: [...labels], classes: 2 }, references));
  const named = (name: string): Measured => measured.find((system) => system.name === name)!;
  const against = (better: string, worse: string): Comparison => {
    const [a, b] = [named(better), named(worse)].map((system) => ({
      name: system.name,
      rows: rowsOf(system),
    }));
    const { sentence: _, ...comparison } = compare(metric, a!, b!);
    return comparison;
  };
  const gain = against(systems.all, systems.untuned);
  const small = against(systems.adapters, systems.untuned);
  const apart = against(systems.adapters, systems.all);
  const control = against(systems.shuffled, systems.untuned);
  const share = named(systems.adapters).learnt / weights;
  const gaps = named(systems.adapters).mergedGaps ?? [];
  return {
    formatVersion: 1,
    experiment: 'finetune',
    claim:
      'A pretrained ONNX file that fromOnnx reads is fine-tuned to another domain: better on held-out rows than as it came, ' +
      `and with adapters of rank ${adapters.rank} at most, no more than ${aims.adapterShare * 100}% of the weights, within one point of tuning them all.`,
    command: 'pnpm --filter bench-finetune bench',
    dataset: { name: 'CR, customer reviews', rows: reviews.rows.length, sha256: reviews.sha256 },
    metrics: {
      accuracy: { higherIsBetter: true },
      learnt: { higherIsBetter: false },
      mergedGap: { higherIsBetter: false },
    },
    systems: measured.map((system): ExperimentSystem => {
      const { name, role, learnt, seconds, sizeBytes, mergedGaps } = system;
      const values = rowsOf(system).map((rows) => metric.value(rows));
      return {
        name,
        role,
        factors: { encoder: 'sst2-bert-tiny-scratch, 2 layers, 128 wide' },
        values: {
          accuracy: values.map((value) => Number(value.toFixed(5))),
          learnt: [learnt],
          ...(mergedGaps === undefined
            ? {}
            : { mergedGap: mergedGaps.map((gap) => Number(gap.toPrecision(2))) }),
        },
        seconds: Number(seconds.toFixed(1)),
        sizeBytes,
      };
    }),
    comparisons: [gain, small, apart, control],
    reproduced:
      named(systems.all).answers.length >= setting.seeds &&
      gain.low > 0 &&
      small.low > 0 &&
      apart.difference >= -aims.adapterLoss &&
      share <= aims.adapterShare &&
      gaps.every((gap) => gap <= aims.mergedGap) &&
      control.low <= 0,
    note:
      `${split.train.length} reviews to learn from, ${split.heldOut.length} held out by a seed of their own: ` +
      `rates, epochs and the form of the adapters were chosen on a fifth of the others. ${named(systems.all).answers.length} of ${setting.seeds} seeds, each with its own order of the data and its own adapters; the intervals are over ` +
      `rows and seeds. AdamW, ${setting.epochs.all} epochs at ${rates.all} for all weights, ${setting.epochs.adapters} at ` +
      `${rates.adapters} for adapters, batches of ${setting.batchSize}. Accuracy is that of the exported files on ONNX Runtime, adapters merged. Adapters are of rank ${adapters.rank}, ${adapters.table.rank} on the table of words, and learn ` +
      `${(share * 100).toFixed(2)}% of the weights. Shuffled labels are the control, which must not be better than the ` +
      'encoder as it came.',
    machine,
    finishedAt: new Date().toISOString(),
  };
}
