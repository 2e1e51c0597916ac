import { fc, test } from '@fast-check/vitest';
import {
  graphCollator,
  groupCollator,
  pairCollator,
  sequenceCollator,
  type SmallGraph,
  type TextBatch,
  textCollator,
} from '@limbeck/data';
import { describe, expect } from 'vitest';

const code = (expected: string) => expect.objectContaining({ code: expected });

describe('sequenceCollator', () => {
  test.prop([
    fc.array(fc.array(fc.integer({ min: -9, max: 2 ** 31 - 1 })), { minLength: 1, maxLength: 6 }),
    fc.constantFrom('int64', 'int32', 'float32'),
    fc.integer({ min: 1, max: 4 }),
  ])('holds every number of every row, and pads behind', (rows, dtype, multipleOf) => {
    const { values, mask } = sequenceCollator<number[]>({
      values: (row) => row,
      dtype,
      multipleOf,
      pad: -7,
    }).collate(rows);
    const width = values.shape[1]!;
    expect(width % multipleOf).toBe(0);
    rows.forEach((row, i) => {
      const its = Array.from(values.data.slice(i * width, (i + 1) * width), Number);
      const padded = [...row, ...new Array<number>(width - row.length).fill(-7)];
      expect(its).toEqual(dtype === 'float32' ? padded.map(Math.fround) : padded);
      const ones = Array.from(mask.data.slice(i * width, (i + 1) * width), Number);
      expect(ones).toEqual(padded.map((_, at) => (at < row.length ? 1 : 0)));
    });
  });

  test('cuts, and is one wide where all rows are empty', () => {
    const collator = sequenceCollator<number[]>({ values: (row) => row, maxLength: 2 });
    expect([...collator.collate([[1, 2, 3]]).values.data]).toEqual([1n, 2n]);
    expect(collator.collate([[], []]).values.shape).toEqual([2, 1]);
  });

  test('refuses no rows, NaN, and ids that are none', () => {
    const make = (dtype: 'int64' | 'float32') =>
      sequenceCollator<number[]>({ values: (row) => row, dtype });
    expect(() => make('int64').collate([])).toThrow(code('empty-data'));
    expect(() => make('float32').collate([[NaN]])).toThrow(code('non-finite-data'));
    for (const wrong of [0.5, 2 ** 31, NaN]) {
      expect(() => make('int64').collate([[1], [wrong]])).toThrow(
        expect.objectContaining({ code: 'invalid-data', given: expect.stringContaining('row 1') }),
      );
    }
    expect(() => sequenceCollator<number[]>({ values: (row) => row, maxLength: 0 })).toThrow(
      code('invalid-option'),
    );
  });
});

describe('pairCollator', () => {
  test('makes both sides by one collator, each as long as it is', () => {
    const collator = pairCollator<[string, string], string, TextBatch>({
      first: ([text]) => text,
      second: ([, text]) => text,
      collator: textCollator({ text: (text: string) => text }),
    });
    const { first, second } = collator.collate([
      ['a', 'bcd'],
      ['ef', 'g'],
    ]);
    expect([...first.ids.data]).toEqual([97n, 0n, 101n, 102n]);
    expect(second.ids.shape).toEqual([2, 3]);
    expect(collator.specs.first.ids.shape).toEqual(['batch', 'first_bytes']);
    expect(collator.specs.second.mask.shape).toEqual(['batch', 'second_bytes']);
  });
});

describe('groupCollator', () => {
  type Row = { readonly query: string; readonly candidates: readonly string[] };
  const text = textCollator({ text: (row: string) => row });
  const collator = groupCollator({
    query: (row: Row) => row.query,
    candidates: (row) => row.candidates,
    relevance: (candidate) => candidate.length,
    queryCollator: text,
    candidateCollator: text,
    maxCandidates: 3,
  });

  test('lays candidates group after group and repeats the first one as padding', () => {
    const batch = collator.collate([
      { query: 'q', candidates: ['a', 'bb', 'c', 'left out'] },
      { query: 'rr', candidates: ['d'] },
    ]);
    expect(batch.query.ids.shape).toEqual([2, 2]);
    const bytes = Array.from(batch.candidates.ids.data, Number);
    expect(bytes).toEqual([97, 0, 98, 98, 99, 0, 100, 0, 100, 0, 100, 0]);
    expect([...batch.mask.data]).toEqual([1n, 1n, 1n, 1n, 0n, 0n]);
    expect([...batch.relevance.data]).toEqual([1, 2, 1, 1, 0, 0]);
    expect(collator.specs.candidates.ids.shape).toEqual(['batch*candidates', 'candidate_bytes']);
    expect(collator.specs.query.ids.shape).toEqual(['batch', 'query_bytes']);
  });

  test('refuses a query without candidates and a relevance that is no number', () => {
    expect(() => collator.collate([{ query: 'q', candidates: [] }])).toThrow(code('empty-data'));
    const broken = groupCollator({
      query: (row: Row) => row.query,
      candidates: (row) => row.candidates,
      relevance: () => NaN,
      queryCollator: text,
      candidateCollator: text,
    });
    expect(() => broken.collate([{ query: 'q', candidates: ['a'] }])).toThrow(
      code('non-finite-data'),
    );
  });
});

describe('graphCollator', () => {
  const collator = graphCollator<SmallGraph>({ graph: (row) => row, width: 2 });
  const pair = { nodes: 2, features: [1, 2, 3, 4], sources: [0, 1], targets: [1, 0] };
  const lone = { nodes: 1, features: [5, 6], sources: [], targets: [] };

  test('puts graphs side by side and shifts their edges', () => {
    const batch = collator.collate([lone, pair, pair]);
    expect([...batch.features.data]).toEqual([5, 6, 1, 2, 3, 4, 1, 2, 3, 4]);
    expect([...batch.sources.data]).toEqual([1n, 2n, 3n, 4n]);
    expect([...batch.targets.data]).toEqual([2n, 1n, 4n, 3n]);
    expect([...batch.graphs.data]).toEqual([0n, 1n, 1n, 2n, 2n]);
    expect([...batch.sizes.data]).toEqual([1n, 2n, 2n]);
    expect(collator.collate([lone]).sources.shape).toEqual([0]);
  });

  test('refuses what does not hold together', () => {
    const refuse = (change: Partial<SmallGraph>, expected: string) =>
      expect(() => collator.collate([lone, { ...pair, ...change }])).toThrow(
        expect.objectContaining({ code: expected, where: expect.stringContaining('row 1') }),
      );
    refuse({ nodes: 0 }, 'empty-data');
    refuse({ features: [1, 2, 3] }, 'shape-mismatch');
    refuse({ targets: [1] }, 'shape-mismatch');
    refuse({ targets: [1, 2] }, 'invalid-data');
    refuse({ features: [1, 2, 3, Infinity] }, 'non-finite-data');
  });
});
