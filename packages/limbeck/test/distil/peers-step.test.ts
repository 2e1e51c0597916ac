import type { PipelineStepContext } from '@limbeck/pipeline';
import type { Peer } from 'limbeck';
import { expect, test } from 'vitest';
import type { Lab } from '../../src/distil/lab.js';
import { peersStep } from '../../src/distil/steps/peers-step.js';

const train = [
  { text: 'win', label: 1 },
  { text: 'lunch', label: 0 },
];
const asked = [{ text: 'win' }, { text: 'lunch' }, { text: 'win' }];
const lab = { parts: async () => ({ parts: { train, test: asked } }) } as unknown as Lab;

/** A table that remembers what it was taught, and answers at once. */
function table(): Peer {
  const known = new Map<string, string>();
  return {
    fit: (rows) => {
      for (const { input, output } of rows) known.set(input, output);
    },
    predict: (texts) => texts.map((text) => known.get(text)!),
  };
}

/** The same, answering later. */
function later(): Peer {
  const { fit, predict } = table();
  return { fit: async (rows) => fit(rows), predict: async (texts) => predict(texts) };
}

test('a peer may answer at once or later', async () => {
  const folders = { read: '', split: '' };
  const step = { labels: ['ham', 'spam'], folders, peers: { now: table(), later: later() } };
  const found = await peersStep(lab, step, {} as PipelineStepContext);
  expect(found.map(({ name, answers }) => [name, answers])).toEqual([
    ['now', [1, 0, 1]],
    ['later', [1, 0, 1]],
  ]);
});
