import { experimentResultJson, parseExperimentResult } from '@limbeck/evaluators';
import { describe, expect, test } from 'vitest';
import { requires } from '../../../test-support/requires.js';
import { finetune } from '../src/finetune.js';
import { experimentResult, type Measured, systems } from '../src/result.js';
import { resultsPage } from '../src/results-page.js';
import { type Review, shuffled, splitReviews } from '../src/reviews.js';
import { whole } from '../src/settings.js';

const rows: Review[] = Array.from({ length: 101 }, (_, i) => ({
  text: `review ${i % 99}`,
  label: i % 2,
}));

describe('the split', () => {
  test('holds a fifth out, the same each time, and learns from no text that is held out', () => {
    const { train, heldOut } = splitReviews(rows, Infinity);
    expect(heldOut).toHaveLength(20);
    expect(splitReviews(rows, Infinity)).toEqual({ train, heldOut });
    const texts = new Set(heldOut.map(({ text }) => text));
    expect(train.some(({ text }) => texts.has(text))).toBe(false);
    expect(train.length).toBeGreaterThanOrEqual(79);
  });

  test('deals labels out anew and loses none', () => {
    const dealt = shuffled(rows, 1);
    expect(dealt.map(({ text }) => text)).toEqual(rows.map(({ text }) => text));
    expect(dealt.filter(({ label }) => label === 1)).toHaveLength(50);
    expect(dealt).not.toEqual(rows);
  });
});

describe('the result', () => {
  const split = splitReviews(rows, Infinity);
  const truth = split.heldOut.map(({ label }) => label);
  const wrong = (count: number): number[] =>
    truth.map((label, i) => (i < count ? 1 - label : label));
  const system = (name: string, mistakes: number, more: Partial<Measured> = {}): Measured => ({
    name,
    role: 'method',
    answers: [wrong(mistakes), wrong(mistakes)],
    learnt: 1000,
    seconds: 1,
    sizeBytes: 10,
    ...more,
  });
  const given = {
    reviews: { rows, sha256: '0'.repeat(64) },
    split,
    setting: { ...whole, seeds: 2 },
    weights: 1000,
  };
  const machine = { cpu: 'a', cores: 1, node: 'v20', onnxruntime: '1' };
  const make = (adapters: Measured, shuffledMistakes = 12) =>
    experimentResult(
      [
        system(systems.untuned, 12, { role: 'baseline', learnt: 0 }),
        system(systems.all, 2),
        adapters,
        system(systems.shuffled, shuffledMistakes),
      ],
      given,
      machine,
    );
  const good = system(systems.adapters, 2, { learnt: 50, mergedGaps: [1e-6, 1e-7] });

  test('holds where all that the claim says is so', () => {
    const result = make(good);
    expect(result.reproduced).toBe(true);
    expect(parseExperimentResult(JSON.parse(experimentResultJson(result)))).toEqual(result);
    expect(resultsPage([result])).toContain('| adapters of rank 8 | 90.0% |');
  });

  test.each([
    ['adapters learn too much', { ...good, learnt: 51 }, 12],
    ['adapters fall behind', { ...good, answers: [wrong(4), wrong(4)] }, 12],
    ['merging changes what comes out', { ...good, mergedGaps: [1e-4] }, 12],
    ['shuffled labels help too', good, 2],
  ])('does not hold where %s', (_what, adapters, mistakes) => {
    expect(make(adapters, mistakes).reproduced).toBe(false);
  });
});

test('the smoke run goes through', { timeout: 60_000 }, async (context) => {
  requires('data', context);
  await finetune(['--smoke']);
});
