import { fc, test } from '@fast-check/vitest';
import { leaves, type HostTensor } from '@limbeck/core';
import { describe, expect } from 'vitest';
import { segmentPlan, transposedSegmentPlan } from '../../src/segment/segment-plan.js';
import { segmentSumReference } from '../../src/segment/segment-sum-reference.js';
import { applyPlan } from './apply-plan.js';

describe('segmentPlan', () => {
  test('agrees with a plan worked out by hand', () => {
    // Segment 0 sums rows 1, 2 and 5; segment 1 nothing; segment 2 row 0; segment 3 rows 3 and 4. The pad row is row 6.
    const { buckets, order } = segmentPlan(Int32Array.of(2, 0, 0, 3, 3, 0), 4);
    expect(buckets.slice(0, 4).map(({ shape, data }) => [shape, [...data]])).toEqual([
      [
        [2, 1],
        [0, 6],
      ],
      [
        [1, 2],
        [3, 4],
      ],
      [
        [1, 4],
        [1, 2, 5, 6],
      ],
      [[1, 1], [6]],
    ]);
    expect([...order.data]).toEqual([3, 1, 0, 2]);
  });

  test.prop([graphs()])(
    'gives the sums of a loop over the entries',
    ({ segments, segmentCount, from, width, values }) => {
      const plan = segmentPlan(Int32Array.from(segments), segmentCount, from);
      // Small whole numbers: sums are exact in any order.
      expect(applyPlan(plan, values, width)).toEqual(
        naive(values, width, segments, segmentCount, from?.sources),
      );
    },
  );

  test.prop([graphs()])('takes int64 as int32', ({ segments, segmentCount, from }) => {
    const long = from && { ...from, sources: BigInt64Array.from(from.sources, BigInt) };
    expect(segmentPlan(BigInt64Array.from(segments, BigInt), segmentCount, long)).toEqual(
      segmentPlan(Int32Array.from(segments), segmentCount, from),
    );
  });

  test.prop([graphs()])(
    'always has the same tree, with no empty dimension',
    ({ segments, segmentCount, from }) => {
      const plan = segmentPlan(Int32Array.from(segments), segmentCount, from);
      const other = segmentPlan(Int32Array.of(0), 1);
      const paths = (tree: unknown) => leaves(tree).map(([path]) => path);
      expect(paths(plan)).toEqual(paths(other));
      for (const [, { dtype, shape }] of leaves<HostTensor>(plan)) {
        expect(dtype).toBe('int32');
        expect(Math.min(...shape)).toBeGreaterThan(0);
      }
    },
  );

  test.prop([graphs()])(
    'holds under twice as many numbers as entries, and 22',
    ({ segments, segmentCount, from }) => {
      const { buckets } = segmentPlan(Int32Array.from(segments), segmentCount, from);
      const held = buckets.reduce((sum, { data }) => sum + data.length, 0);
      expect(held).toBeLessThan(2 * segments.length + 23);
    },
  );

  test('sums a segment in the order of its entries, whatever stands between them', () => {
    const of = (segments: number[], sources: number[]) =>
      segmentPlan(Int32Array.from(segments), 2, { sources: Int32Array.from(sources), rows: 9 })
        .buckets[2]!.data;
    expect([...of([0, 0, 0], [8, 2, 5])]).toEqual([8, 2, 5, 9]);
    expect([...of([0, 1, 0, 1, 0], [8, 1, 2, 1, 5])]).toEqual([8, 2, 5, 9]);
  });

  test('serves no rows at all: every sum is 0', () => {
    const plan = segmentPlan(new Int32Array(0), 3);
    expect([...applyPlan(plan, [], 2)]).toEqual([0, 0, 0, 0, 0, 0]);
  });

  test('puts one giant segment of 2^20 entries into the last bucket', () => {
    const entries = 2 ** 20;
    const plan = segmentPlan(new Int32Array(entries), 2);
    expect(plan.buckets[20]!.shape).toEqual([1, entries]);
    const values = Float64Array.from({ length: entries }, (_, row) => row % 7);
    const expected = naive(values, 1, new Int32Array(entries), 2);
    expect(applyPlan(plan, values, 1)).toEqual(expected);
  });

  test('has each power of two in its own bucket, and the next number in the next', () => {
    for (let k = 1; k < 12; k++) {
      expect(segmentPlan(new Int32Array(2 ** k), 1).buckets[k]!.shape).toEqual([1, 2 ** k]);
      expect(segmentPlan(new Int32Array(2 ** k + 1), 1).buckets[k + 1]!.shape).toEqual([
        1,
        2 ** (k + 1),
      ]);
    }
  });
});

describe('transposedSegmentPlan', () => {
  test.prop([graphs()])(
    'sums over the edges turned round',
    ({ segments, segmentCount, from, width, sums }) => {
      fc.pre((from?.rows ?? segments.length) > 0);
      const plan = transposedSegmentPlan(Int32Array.from(segments), segmentCount, from);
      const { transposed, ...forward } = plan;
      expect(forward).toEqual(segmentPlan(Int32Array.from(segments), segmentCount, from));
      const sources = from?.sources ?? Int32Array.from(segments, (_, entry) => entry);
      const rows = from?.rows ?? segments.length;
      expect(applyPlan(transposed, sums, width)).toEqual(
        naive(sums, width, sources, rows, segments),
      );
    },
  );

  test.prop([graphs()])(
    'is the adjoint: ⟨sum(x), y⟩ = ⟨x, transposed sum(y)⟩',
    ({ segments, segmentCount, from, width, values, sums }) => {
      fc.pre((from?.rows ?? segments.length) > 0);
      const plan = transposedSegmentPlan(Int32Array.from(segments), segmentCount, from);
      expect(dot(applyPlan(plan, values, width), sums)).toBe(
        dot(values, applyPlan(plan.transposed, sums, width)),
      );
    },
  );
});

describe('refuses', () => {
  test.each<[what: string, run: () => unknown, code: string, message: string]>([
    [
      'a segment below 0',
      () => segmentPlan(Int32Array.of(0, -1), 2),
      'invalid-data',
      'segment -1 at entry 1',
    ],
    [
      'a segment too high',
      () => segmentPlan(Int32Array.of(0, 2), 2),
      'invalid-data',
      'segment 2 at entry 1',
    ],
    [
      'a segment of 2^32',
      () => segmentPlan(BigInt64Array.of(2n ** 32n), 2),
      'invalid-data',
      'segment 4294967296',
    ],
    [
      'a source too high',
      () => segmentPlan(Int32Array.of(0), 1, { sources: Int32Array.of(3), rows: 3 }),
      'invalid-data',
      'source 3 at entry 0',
    ],
    [
      'fewer sources than segments',
      () => segmentPlan(Int32Array.of(0, 0), 1, { sources: Int32Array.of(0), rows: 1 }),
      'shape-mismatch',
      '1 sources for 2 segments',
    ],
    ['no segments', () => segmentPlan(new Int32Array(0), 0), 'invalid-option', 'segmentCount 0'],
    [
      'half a segment',
      () => segmentPlan(new Int32Array(0), 1.5),
      'invalid-option',
      'segmentCount 1.5',
    ],
    [
      'a negative number of rows',
      () => segmentPlan(new Int32Array(0), 1, { sources: new Int32Array(0), rows: -1 }),
      'invalid-option',
      'rows -1',
    ],
    [
      'no rows to send a gradient to',
      () => transposedSegmentPlan(new Int32Array(0), 1),
      'invalid-option',
      'rows 0',
    ],
    [
      'more than 2^20 entries a segment',
      () => segmentPlan(new Int32Array(2 ** 20 + 1), 1),
      'invalid-data',
      'segment 0 with 1048577 entries',
    ],
    [
      'values of another number of rows',
      () => segmentSumReference([1, 2, 3], 2, Int32Array.of(0), 1),
      'shape-mismatch',
      '3 values for 1 rows of 2',
    ],
  ])('%s', (_, run, code, message) => {
    expect(run).toThrow(
      expect.objectContaining({ code, message: expect.stringContaining(message) }),
    );
  });
});

test.prop([graphs()])(
  'segmentSumReference gives the sums of a loop',
  ({ segments, segmentCount, from, width, values }) => {
    expect(
      segmentSumReference(values, width, Int32Array.from(segments), segmentCount, from),
    ).toEqual(naive(values, width, segments, segmentCount, from?.sources));
  },
);

/** Segment by segment and number by number: the definition, with nothing shared with the code under test. */
function naive(
  values: ArrayLike<number>,
  width: number,
  segments: ArrayLike<number>,
  segmentCount: number,
  sources?: ArrayLike<number>,
): Float64Array {
  return Float64Array.from({ length: segmentCount * width }, (_, at) => {
    let sum = 0;
    for (let entry = 0; entry < segments.length; entry++) {
      if (segments[entry] !== Math.floor(at / width)) continue;
      sum += values[(sources === undefined ? entry : sources[entry]!) * width + (at % width)]!;
    }
    return sum;
  });
}

function dot(a: ArrayLike<number>, b: ArrayLike<number>): number {
  return Array.from(a).reduce((sum, value, i) => sum + value * b[i]!, 0);
}

/** Entries in any order, often many in one segment, some segments empty; with and without sources; whole numbers to sum. */
function graphs() {
  return fc
    .record({
      segmentCount: fc.integer({ min: 1, max: 8 }),
      entries: fc.nat(40),
      width: fc.integer({ min: 1, max: 3 }),
      edges: fc.boolean(),
      rows: fc.integer({ min: 1, max: 10 }),
    })
    .chain(({ segmentCount, entries, width, edges, rows: nodes }) => {
      const rows = edges ? nodes : entries;
      const whole = (length: number) =>
        fc.array(fc.integer({ min: -9, max: 9 }), { minLength: length, maxLength: length });
      const below = (limit: number) =>
        fc.array(fc.nat(limit - 1), { minLength: entries, maxLength: entries });
      return fc.record({
        segmentCount: fc.constant(segmentCount),
        width: fc.constant(width),
        segments: below(segmentCount),
        from: edges
          ? below(rows).map((sources) => ({ sources: Int32Array.from(sources), rows }))
          : fc.constant(undefined),
        values: whole(rows * width),
        sums: whole(segmentCount * width),
      });
    });
}
