import type { HostTensor } from '@limbeck/core';
import type { Engine } from '@limbeck/runtime';
import { textInputs } from './batches.js';
import type { Corpus, Snippet } from './corpus/index.js';
import { type Matrices, matrix } from './matrix-files.js';

/** The parts on which systems are compared. */
export const heldOutParts = ['validation', 'test', 'second'] as const;

/** One of them. */
export type HeldOutPart = (typeof heldOutParts)[number];

/** What a text model (inputs `ids`, `mask`; output `logits`) says of every held-out part: logits `[snippets, languages]`. */
export async function partLogits(
  engine: Engine,
  model: Uint8Array,
  corpus: Corpus,
  maxBytes: number,
): Promise<Matrices> {
  const runner = await engine.load(model);
  const classes = corpus.languages.length;
  const collator = textInputs(maxBytes);
  const logitsOf = async (snippets: readonly Snippet[]): Promise<HostTensor<'float32'>> => {
    const found = new Float32Array(snippets.length * classes);
    const order = snippets.map(({ text }, index) => ({ text, index }));
    order.sort((a, b) => a.text.length - b.text.length);
    for (let at = 0; at < order.length; at += 256) {
      const rows = order.slice(at, at + 256);
      const { ids, mask } = collator.collate(rows);
      const { data } = (await runner.run({ ids, mask }))['logits'] as HostTensor<'float32'>;
      rows.forEach(({ index }, i) => {
        found.set(data.subarray(i * classes, (i + 1) * classes), index * classes);
      });
    }
    return matrix(found, classes);
  };
  const parts: { [part: string]: HostTensor<'float32'> } = {};
  for (const part of heldOutParts) parts[part] = await logitsOf(corpus[part]);
  await runner.dispose();
  return parts;
}
