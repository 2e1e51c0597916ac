import { Rng } from '@limbeck/core';
import { describe, expect, test } from 'vitest';
import { labelledWindows, lessons } from '../src/lessons.js';
import { toyCorpus } from './support/toy-corpus.js';

const corpus = toyCorpus({ C: 40, Go: 7, Lua: 100 });

/** Logits that tell the row: its first choice is `row % 3`, and each row's are its own. */
const teacher = corpus.train.map((_, row) =>
  Float32Array.from({ length: 3 }, (_, c) => (c === row % 3 ? 5 : 0) + row / 1000),
);

const rng = Rng.from(4);

describe('labelledWindows', () => {
  const shares = Array.from({ length: 30 }, () => rng.uniform());

  test.each([0, 0.02, 0.5, 1, ...shares])('takes the same share of every language: %f', (share) => {
    const picked = [...labelledWindows(corpus, share, 7)];
    const counts = corpus.languages.map(
      (_, label) => picked.filter((index) => corpus.train[index]!.label === label).length,
    );
    expect(counts).toEqual([40, 7, 100].map((count) => Math.ceil(share * count)));
  });

  test('larger shares hold the smaller ones', () => {
    for (const share of shares) {
      const small = share * rng.uniform();
      const larger = labelledWindows(corpus, share, 3);
      expect([...labelledWindows(corpus, small, 3)].filter((index) => !larger.has(index))).toEqual(
        [],
      );
    }
  });

  test('other seeds see other windows', () => {
    const [a, b] = [0, 1].map((seed) => labelledWindows(corpus, 0.1, seed));
    expect(a).not.toEqual(b);
    expect(labelledWindows(corpus, 0.1, 0)).toEqual(a);
  });
});

describe('lessons', () => {
  const all = lessons(corpus, teacher, 0.1);
  const seen = labelledWindows(corpus, 0.1, 0);

  test('distilled: every window with its own soft targets, few with labels', () => {
    const { rows, teacherWeight, canary } = all.distilled(0);
    expect(rows.map(({ index }) => index)).toEqual(corpus.train.map((_, index) => index));
    expect(canary).toBe(true);
    expect(teacherWeight).toBe(0.9);
    for (const row of rows) {
      expect(row.teacher).toBe(teacher[row.index]);
      const own = corpus.train[row.index]!.label;
      expect(row.label).toBe(seen.has(row.index) ? own : undefined);
    }
  });

  test("argmax: the same true labels, and the teacher's first choice for the rest", () => {
    const { rows, teacherWeight } = all.argmax(0);
    expect(teacherWeight).toBe(0);
    expect(rows).toHaveLength(corpus.train.length);
    for (const { index, label } of rows) {
      expect(label).toBe(seen.has(index) ? corpus.train[index]!.label : index % 3);
    }
  });

  test('shuffled: a permutation of the soft targets, with the same labels as distilled', () => {
    const { rows, canary } = all.shuffled(0);
    const moved = rows.filter(({ index, teacher: said }) => said !== teacher[index]);
    expect(moved.length).toBeGreaterThan(0.9 * rows.length);
    expect(new Set(rows.map((row) => row.teacher))).toEqual(new Set(teacher));
    expect(rows.map(({ label }) => label)).toEqual(all.distilled(0).rows.map(({ label }) => label));
    expect(canary).toBe(false);
  });

  test('labels: the labelled windows alone, and no weight on the teacher', () => {
    const { rows, teacherWeight } = all.labels(0.1, 0);
    expect(teacherWeight).toBe(0);
    expect(rows.map(({ index }) => index)).toEqual([...seen].sort((a, b) => a - b));
    expect(rows.every(({ index, label }) => label === corpus.train[index]!.label)).toBe(true);
  });
});
