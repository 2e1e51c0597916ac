import { Rng } from '@limbeck/core';
import {
  batches,
  contentHash,
  findLeaks,
  groupSplit,
  nearDuplicates,
  shingles,
  similarityIndex,
  textCollator,
} from '@limbeck/data';
import { bench, do_not_optimize, run } from 'mitata';

// As many texts, groups and labels as the code-language example has, of about as many characters.
const rng = Rng.from(1);
const words = Array.from({ length: 2000 }, (_, i) => `word${i}`);
const sentence = (): string =>
  Array.from({ length: 40 }, () => words[Math.floor(words.length * rng.uniform() ** 2)]).join(' ');
const rows = Array.from({ length: 27_000 }, (_, i) => ({
  text: sentence(),
  group: `group ${i % 80}`,
  label: (i % 80) % 22,
}));
const texts = rows.map((row) => row.text);
const some = texts.slice(0, 1000);
const heldOut = similarityIndex(
  texts.slice(0, 10_000).map((text) => shingles(text)),
  { threshold: 0.8 },
);

bench('contentHash, 1,000 texts', () => {
  for (const text of some) do_not_optimize(contentHash({ text }));
});
bench('shingles, 1,000 texts', () => {
  for (const text of some) do_not_optimize(shingles(text));
});
bench('near a held-out text, 1,000 against 10,000', () => {
  for (const text of some) do_not_optimize(heldOut.some(shingles(text)));
});
bench('nearDuplicates, 5,000 texts', () => do_not_optimize(nearDuplicates(texts.slice(0, 5000))));
bench('findLeaks, 20,000 in 7,000 texts', () =>
  do_not_optimize(findLeaks(texts.slice(0, 20_000), texts.slice(20_000))));
bench('groupSplit, 27,000 rows, 80 groups, 22 labels', () =>
  do_not_optimize(
    groupSplit(rows, {
      group: (row) => row.group,
      label: (row) => row.label,
      fractions: { train: 0.6, validation: 0.14, test: 0.26 },
    }),
  ));
bench('batches of 256 texts, an epoch of 27,000', async () => {
  const collator = textCollator({ text: (row: { readonly text: string }) => row.text });
  for await (const { batch } of batches(rows, { batchSize: 256, collator, epochs: 1 }).open()) {
    do_not_optimize(batch);
  }
}).gc('inner');

await run();
