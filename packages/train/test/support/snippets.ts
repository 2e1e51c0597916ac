import { hostTensor, Rng } from '@limbeck/core';
import { batches } from '@limbeck/data';
import { crossEntropy } from '@limbeck/losses';
import { ngramClassifier, type TextInputs } from '@limbeck/nn';
import { adamw } from '@limbeck/optim';
import type { Engine } from '@limbeck/runtime';
import type { Tensor } from '@limbeck/tensor';
import { distillation, type Shippable, train } from '@limbeck/train';

/** A text and its class. */
export interface Snippet {
  readonly text: string;
  readonly label: number;
}

/** The classes of {@link snippets}. */
export const languages = ['css', 'js', 'py'];

const words = ['alpha', 'beta', 'gamma', 'delta', 'rho', 'sigma', 'tau', 'phi', 'été', '数'];

/** Seeded lines of three small languages. */
export function snippets(count: number, seed: number): Snippet[] {
  const rng = Rng.from(seed).stream('snippets');
  const word = (): string => words[rng.bits() % words.length]!;
  return Array.from({ length: count }, () => {
    const label = rng.bits() % 3;
    const [a, b] = [word(), word()];
    const lines = [
      [`.${a} { ${b}: ${rng.bits() % 100}px; }`, `#${a} > ${b} { margin: 0 }`],
      [`const ${a} = (${b}) => ${b} + 1;`, `function ${a}(${b}) { return null; }`],
      [`def ${a}(${b}):\n    return None`, `if ${a} is not ${b}: pass`],
    ];
    return { text: lines[label]![rng.bits() % 2]!, label };
  });
}

/** Texts as padded bytes, by the names that a byte model gives its inputs. */
export function textInputs(texts: readonly string[], maxBytes = 128) {
  const rows = texts.map((text) => new TextEncoder().encode(text).subarray(0, maxBytes));
  const width = Math.max(1, ...rows.map((row) => row.length));
  const ids = new BigInt64Array(rows.length * width).fill(256n);
  const mask = new BigInt64Array(rows.length * width);
  rows.forEach((row, i) => {
    row.forEach((byte, j) => (ids[i * width + j] = BigInt(byte)));
    mask.fill(1n, i * width, i * width + row.length);
  });
  const shape = [rows.length, width];
  return { ids: hostTensor('int64', shape, ids), mask: hostTensor('int64', shape, mask) };
}

/** Rows in batches of inputs. */
export function inputBatches(rows: readonly Snippet[], size = 256) {
  const parts = Array.from({ length: Math.ceil(rows.length / size) }, (_, i) =>
    rows.slice(i * size, (i + 1) * size),
  );
  return parts.map((part) => textInputs(part.map(({ text }) => text)));
}

/** A batch of snippets with hard labels. */
export type SnippetBatch = { readonly inputs: TextInputs; readonly labels: Tensor };

/** Turns snippets into a batch. */
export const snippetCollator = {
  specs: {
    inputs: {
      ids: { dtype: 'int64', shape: ['batch', 'bytes'] },
      mask: { dtype: 'int64', shape: ['batch', 'bytes'] },
    },
    labels: { dtype: 'int64', shape: ['batch'] },
  },
  collate: (rows: readonly Snippet[]) => ({
    inputs: textInputs(rows.map(({ text }) => text)),
    labels: hostTensor(
      'int64',
      [rows.length],
      rows.map(({ label }) => label),
    ),
  }),
} as const;

/** The student that the export's tests ship. */
export function snippetModel(hidden: readonly number[] = [16]) {
  return ngramClassifier({
    labels: languages,
    orders: [1, 2, 3],
    buckets: 512,
    maxBytes: 128,
    hidden,
  });
}

/** A student that tells the three languages apart, and what it was. */
export async function trainedStudent(
  engine: Engine,
  hidden?: readonly number[],
): Promise<{ readonly model: ReturnType<typeof snippetModel>; readonly student: Shippable }> {
  const model = snippetModel(hidden);
  const program = distillation({
    student: model,
    loss: crossEntropy(),
    optimizer: adamw({ rate: 0.01 }),
    batches: batches<Snippet, SnippetBatch>(snippets(512, 1), {
      batchSize: 64,
      collator: snippetCollator,
    }),
    steps: 40,
  });
  const { students } = await train(program, { engine, seed: 3 });
  return { model, student: students['student']! };
}
