import { Rng } from '@limbeck/core';
import { batches, joinCollators, labelCollator, textCollator } from '@limbeck/data';
import { crossEntropy } from '@limbeck/losses';
import {
  byteConvClassifier,
  encoderClassifier,
  keepBuckets,
  ngramClassifier,
  type TextInputs,
} from '@limbeck/nn';
import { adamw } from '@limbeck/optim';
import type { Engine } from '@limbeck/runtime';
import type { Model, Tensor, TensorTree } from '@limbeck/tensor';
import {
  distillation,
  packStudent,
  type PackOptions,
  type StudentPackage,
  train,
} from '@limbeck/train';

/** A text and its class. */
export interface Snippet {
  readonly text: string;
  readonly label: number;
}

/** The classes of {@link snippets}. */
export const languages = ['css', 'js', 'py'] as const;

/** How many bytes the students read. */
export const maxBytes = 96;

const words = ['alpha', 'beta', 'gamma', 'delta', 'rho', 'sigma', 'tau', 'phi', 'été', '数'];

/** Seeded lines of three small languages. */
export function snippets(count: number, seed: number): Snippet[] {
  const rng = Rng.from(seed).stream('snippets');
  const word = (): string => words[rng.integer(words.length)]!;
  return Array.from({ length: count }, () => {
    const label = rng.integer(3);
    const [a, b] = [word(), word()];
    const lines = [
      [`.${a} { ${b}: ${rng.integer(100)}px; }`, `#${a} > ${b} { margin: 0 }`],
      [`const ${a} = (${b}) => ${b} + 1;`, `function ${a}(${b}) { return null; }`],
      [`def ${a}(${b}):\n    return None`, `if ${a} is not ${b}: pass`],
    ];
    return { text: lines[label]![rng.integer(2)]!, label };
  });
}

type Batch = { readonly inputs: TextInputs; readonly labels: Tensor };
const collator = joinCollators<Snippet, Batch>({
  inputs: textCollator({ text: (row) => row.text, maxBytes }),
  labels: labelCollator({ label: (row) => row.label, classes: languages.length }),
});

type TextClassifier = Model<TextInputs, { readonly logits: Tensor }, TensorTree, TensorTree>;

/** How large the students are: enough for a test, or as they are shipped. */
export type Size = 'small' | 'medium';

/** A student of each family. */
export const families: { readonly [family: string]: (size: Size) => TextClassifier } = {
  ngram: (size) => {
    const [buckets, kept] = size === 'small' ? [2048, 500] : [32_768, 4000];
    const table = keepBuckets(
      buckets,
      Array.from({ length: kept }, (_, i) => Math.floor((i * buckets) / kept)),
    );
    const hidden = [size === 'small' ? 16 : 24];
    const options = { labels: languages, orders: [1, 2, 3, 4], buckets, maxBytes, hidden, table };
    return ngramClassifier(options) as unknown as TextClassifier;
  },
  conv: (size) => {
    const [width, channels] = size === 'small' ? [16, [24, 32]] : [32, [96, 128]];
    return byteConvClassifier({
      labels: languages,
      maxBytes,
      width,
      channels,
    }) as unknown as TextClassifier;
  },
  encoder: (size) => {
    const [width, heads] = size === 'small' ? [32, 4] : [64, 4];
    const sizes = { vocabulary: 257, maxTokens: maxBytes, width, layers: 2, heads };
    return encoderClassifier({ labels: languages, ...sizes }) as unknown as TextClassifier;
  },
};

/** A student of a family, trained for a moment, in float32 and int8. */
export async function trainedStudent(
  engine: Engine,
  family: string,
  options: Partial<PackOptions> = {},
  size: Size = 'small',
): Promise<StudentPackage> {
  const model = families[family]!(size);
  const { students } = await train(
    distillation({
      student: model,
      loss: crossEntropy(),
      optimizer: adamw({ rate: 0.005 }),
      batches: batches<Snippet, Batch>(snippets(512, 1), { batchSize: 64, collator }),
      steps: 60,
    }),
    { engine, seed: 3 },
  );
  const heldOut = snippets(2000, 2);
  const parts = Array.from({ length: 10 }, (_, i) => heldOut.slice(i * 200, (i + 1) * 200));
  const inputs = parts.map((part) => {
    const { ids, mask } = collator.collate(part).inputs;
    return { ids: ids!, mask: mask! };
  });
  const int8 = { inputs, labels: heldOut.map(({ label }) => label) };
  const base = { engine, labels: languages, maxBytes, model: model.config, int8 };
  return packStudent(students['student']!, { ...base, ...options });
}

/** Texts of any bytes, of 1 to {@link maxBytes}, as the export gate has them. */
export function probes(count: number): Uint8Array[] {
  const rng = Rng.from(7).stream('probes');
  return Array.from({ length: count }, (_, i) =>
    Uint8Array.from({ length: 1 + rng.integer(maxBytes) }, () =>
      i % 2 === 0 ? rng.integer(256) : 32 + rng.integer(95),
    ),
  );
}
