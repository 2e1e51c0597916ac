import { Rng } from '@limbeck/core';
import { hashNgrams, keepBuckets } from '@limbeck/nn';
import { nodeEngine } from '@limbeck/runtime/node';
import { describe, expect, test } from 'vitest';
import { computeFeatures, informativeBuckets, softmax, studentModel } from '../src/features.js';
import { type Candidate, ngramOrders, settings } from '../src/settings.js';
import { snippet, toyCorpus } from './support/toy-corpus.js';

const languages = ['C', 'Go', 'Lua'];
const candidate: Candidate = {
  ...settings(true).student.candidates[0]!,
  buckets: 256,
  features: 40,
};
const encoder = new TextEncoder();

/** Texts of letters that languages prefer differently. */
function texts(count: number, seed: number) {
  const rng = Rng.from(seed);
  return Array.from({ length: count }, (_, i) => {
    const label = i % languages.length;
    const length = 1 + rng.integer(12);
    const text = Array.from({ length }, () =>
      rng.uniform() < 0.4 ? 'xyz'[label]! : 'abcdé\n'[rng.integer(6)]!,
    ).join('');
    return snippet(languages, label, text);
  });
}

/** Mutual information in nats from the joint table, as the textbook has it. */
function mutualInformation(joint: readonly (readonly number[])[]): number {
  const total = joint.flat().reduce((a, b) => a + b, 0);
  let sum = 0;
  for (const [i, row] of joint.entries()) {
    for (const [j, count] of row.entries()) {
      if (count === 0) continue;
      const p = count / total;
      const px = joint[i]!.reduce((a, b) => a + b, 0) / total;
      const py = joint.reduce((a, other) => a + other[j]!, 0) / total;
      sum += p * Math.log(p / (px * py));
    }
  }
  return sum;
}

describe('informativeBuckets', () => {
  test('keeps the buckets of greatest mutual information with the soft targets', () => {
    const train = texts(60, 1);
    const rng = Rng.from(2);
    const teacher = train.map(({ label }) =>
      Float32Array.from(languages, (_, c) => (c === label ? 2 : 0) + rng.normal()),
    );
    const information = Array.from({ length: candidate.buckets }, (_, bucket) => {
      const joint = [languages.map(() => 0), languages.map(() => 0)];
      train.forEach(({ text }, row) => {
        const found = hashNgrams(encoder.encode(text), {
          orders: ngramOrders,
          buckets: candidate.buckets,
        });
        const powers = [...teacher[row]!].map(Math.exp);
        const sum = powers.reduce((a, b) => a + b, 0);
        const presence = found.includes(bucket) ? 1 : 0;
        powers.forEach((power, c) => (joint[presence]![c]! += power / sum));
      });
      return mutualInformation(joint);
    });
    const table = informativeBuckets(train, teacher, candidate);
    const kept = [...table.keys()].filter((bucket) => table[bucket] !== 0);
    expect(kept).toHaveLength(candidate.features);
    const least = Math.min(...kept.map((bucket) => information[bucket]!));
    const dropped = information.filter((_, bucket) => table[bucket] === 0);
    // The two sums differ in their last bits alone.
    expect(Math.max(...dropped)).toBeLessThanOrEqual(least + 1e-12);
    expect(least).toBeGreaterThan(0);
  });

  test('does not depend on the order of the windows', () => {
    const train = texts(40, 3);
    const teacher = train.map(({ label }) =>
      Float32Array.from(languages, (_, c) => (c === label ? 4 : 0)),
    );
    const one = informativeBuckets(train, teacher, candidate);
    const other = informativeBuckets(train.toReversed(), teacher.toReversed(), candidate);
    const same = one.filter((id, bucket) => (id === 0) === (other[bucket] === 0)).length;
    // Ties at the edge may fall either way, as the sums round.
    expect(same).toBeGreaterThanOrEqual(candidate.buckets - 4);
  });
});

test('softmax bears large logits', () => {
  expect(softmax(Float32Array.of(1000, 1000))).toEqual(Float64Array.of(0.5, 0.5));
  expect(softmax(Float32Array.of(0, Math.log(3)))[1]).toBeCloseTo(0.75, 6);
  expect(softmax(Float32Array.of(-Infinity, 0))).toEqual(Float64Array.of(0, 1));
});

test('features are what plain JavaScript computes', async () => {
  const chosen = { ...settings(true), maxBytes: 16 };
  const rng = Rng.from(5);
  const kept = Array.from({ length: 90 }, () => rng.integer(candidate.buckets));
  const table = keepBuckets(candidate.buckets, kept);
  const width = Math.max(...table);
  // Short, empty, longer than maxBytes, cut within a character.
  const odd = ['', 'a', 'ab', 'é'.repeat(20), `${'z'.repeat(15)}é`, 'x\n\ty'].map((text) =>
    snippet(languages, 0, text),
  );
  const corpus = toyCorpus(
    { C: 1, Go: 1, Lua: 1 },
    { train: texts(30, 6), validation: odd, test: texts(3, 7), second: [] },
  );
  const engine = await nodeEngine({ threads: 1 });
  try {
    const model = studentModel(corpus, table, candidate, chosen);
    const parts = await computeFeatures(engine, model, corpus, chosen);
    expect(parts.second).toEqual(new Float32Array(0));
    for (const part of ['train', 'validation', 'test'] as const) {
      const expected = corpus[part].flatMap(({ text }) => plain(text));
      expect(parts[part]).toHaveLength(expected.length);
      expected.forEach((value, i) => expect(parts[part][i]).toBeCloseTo(value, 5));
    }
  } finally {
    await engine.dispose();
  }

  /** Log counts of the kept buckets at length 8, and none of a text without them. */
  function plain(text: string): number[] {
    // An empty text is read as a single line feed.
    const bytes = encoder.encode(text === '' ? '\n' : text).subarray(0, 16);
    const counts = Array.from({ length: width }, () => 0);
    for (const bucket of hashNgrams(bytes, { orders: ngramOrders, buckets: candidate.buckets })) {
      const id = table[bucket]!;
      if (id > 0) counts[id - 1]!++;
    }
    const logs = counts.map((count) => Math.log(1 + count));
    const norm = Math.sqrt(logs.reduce((sum, log) => sum + log * log, 0));
    return logs.map((log) => (norm === 0 ? 0 : (8 * log) / norm));
  }
});
