import { fc, test } from '@fast-check/vitest';
import { type TopK, topKCollator } from '@limbeck/data';
import { describe, expect } from 'vitest';

const code = (expected: string) => expect.objectContaining({ code: expected });
const classes = 6;
const named = (entries: { readonly [index: number]: number }): TopK => ({
  indices: Object.keys(entries).map(Number),
  logProbabilities: Object.values(entries).map(Math.log),
});

/** Some classes with the probabilities of a softmax over all. */
const distributions = fc
  .tuple(
    fc.array(fc.double({ min: -5, max: 5, noNaN: true }), {
      minLength: classes,
      maxLength: classes,
    }),
    fc.uniqueArray(fc.integer({ min: 0, max: classes - 1 })),
  )
  .map(([logits, indices]): TopK => {
    const sum = logits.reduce((total, logit) => total + Math.exp(logit), 0);
    const all = logits.map((logit) => logit - Math.log(sum));
    return { indices, logProbabilities: indices.map((index) => all[index]!) };
  });

describe('topKCollator', () => {
  test.prop([fc.array(distributions, { minLength: 1, maxLength: 5 })])(
    'shares out a probability of 1 between the named and the tail',
    (rows) => {
      const batch = topKCollator<TopK>({ classes, topK: (row) => row }).collate(rows);
      const k = batch.indices.shape[1]!;
      rows.forEach((row, i) => {
        const own = batch.probabilities.data.slice(i * k, (i + 1) * k) as Float32Array;
        const sum = own.reduce((total, p) => total + p, 0) + Number(batch.tail.data[i]);
        expect(sum).toBeCloseTo(1, 5);
        expect([...own].sort((a, b) => b - a)).toEqual([...own]);
        for (let at = 0; at < row.indices.length; at++) {
          const index = Number(batch.indices.data[i * k + at]);
          const given = Array.from(row.indices).indexOf(index);
          expect(own[at]).toBeCloseTo(Math.exp(row.logProbabilities[given]!), 6);
        }
      });
    },
  );

  test('gives what is cut to the tail', () => {
    const collator = topKCollator<TopK>({ classes, topK: (row) => row, maxK: 1 });
    const batch = collator.collate([named({ 1: 0.25, 4: 0.5 })]);
    expect([...batch.indices.data]).toEqual([4n]);
    expect([...batch.tail.data]).toEqual([0.5]);
  });

  test('pads tokens: no class, and all in the tail', () => {
    const collator = topKCollator<readonly TopK[]>({
      classes,
      per: 'token',
      topK: (row) => row,
      multipleOf: 2,
    });
    const batch = collator.collate([[named({ 2: 0.5 }), named({ 0: 0.25, 1: 0.5 })], []]);
    expect(batch.probabilities).toMatchObject({ shape: [2, 2, 2] });
    expect([...batch.indices.data].map(Number)).toEqual([2, 0, 1, 0, 0, 0, 0, 0]);
    expect([...batch.mask.data].map(Number)).toEqual([1, 0, 1, 1, 0, 0, 0, 0]);
    expect([...batch.tail.data]).toEqual([0.5, 0.25, 1, 1]);
    expect(collator.specs.tail.shape).toEqual(['batch', 'tokens']);
  });

  test('refuses classes that there are not, twice the same, logits, and no rows', () => {
    const collator = topKCollator<TopK>({ classes, topK: (row) => row });
    expect(() => collator.collate([named({ 6: 0.5 })])).toThrow(code('label-out-of-range'));
    const wrong: readonly TopK[] = [
      { indices: [1, 1], logProbabilities: [-1, -2] },
      { indices: [1, 2], logProbabilities: [-1] },
      { indices: [1], logProbabilities: [3] },
      { indices: [1], logProbabilities: [NaN] },
      { indices: [1, 2], logProbabilities: [-0.1, -0.1] },
    ];
    for (const row of wrong) {
      expect(() => collator.collate([named({ 0: 1 }), row])).toThrow(
        expect.objectContaining({ code: 'invalid-data', given: expect.stringContaining('row 1') }),
      );
    }
    expect(() => collator.collate([])).toThrow(code('empty-data'));
    expect(() => topKCollator<TopK>({ classes: 0, topK: (row) => row })).toThrow(
      code('invalid-option'),
    );
  });
});
