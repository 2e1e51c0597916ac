import { fc, test } from '@fast-check/vitest';
import {
  alignSpans,
  byteOffsets,
  type Offset,
  type Span,
  spanClasses,
  spanCollator,
  textCollator,
} from '@limbeck/data';
import { describe, expect } from 'vitest';

const code = (expected: string) => expect.objectContaining({ code: expected });
const labels = ['city', 'name'];
const span = (start: number, end: number, label = 'city'): Span => ({ start, end, label });

describe('alignSpans', () => {
  test('marks the first token of a span, and the others', () => {
    const offsets: Offset[] = [
      [0, 0],
      [0, 3],
      [4, 7],
      [7, 8],
      [9, 12],
      [0, 0],
    ];
    const spans = [span(9, 12, 'name'), span(0, 7)];
    expect([...alignSpans(spans, offsets, { labels })]).toEqual([-1, 1, 2, 0, 3, -1]);
    expect([...alignSpans(spans, offsets, { labels, scheme: 'io' })]).toEqual([-1, 1, 1, 0, 2, -1]);
    expect(spanClasses({ labels })).toEqual(['O', 'B-city', 'I-city', 'B-name', 'I-name']);
    expect(spanClasses({ labels, scheme: 'io' })).toEqual(['O', 'I-city', 'I-name']);
  });

  test('gives a token that two spans share to the first', () => {
    expect([
      ...alignSpans(
        [span(0, 2), span(2, 5)],
        [
          [0, 3],
          [3, 5],
        ],
        { labels },
      ),
    ]).toEqual([1, 1]);
  });

  test('refuses unknown labels, overlaps, empty spans and spans beside the tokens', () => {
    const offsets: Offset[] = [[0, 3]];
    const call = (spans: Span[]) => () => alignSpans(spans, offsets, { labels });
    expect(call([span(0, 3, 'day')])).toThrow(code('unknown-name'));
    for (const spans of [[span(0, 2), span(1, 3)], [span(1, 1)], [span(2, 1)], [span(5, 6)]]) {
      expect(call(spans)).toThrow(code('invalid-data'));
    }
  });
});

describe('spanCollator', () => {
  type Row = { readonly text: string; readonly spans: readonly Span[] };

  test.prop([fc.string({ unit: 'binary', minLength: 1, maxLength: 12 }), fc.nat(), fc.nat()])(
    'marks exactly the bytes of a span, whatever its characters',
    (text, a, b) => {
      // Ends between the halves of a pair would cut a character.
      const ends = Array.from(text).reduce((all, each) => [...all, all.at(-1)! + each.length], [0]);
      const [start, end] = [ends[a % ends.length]!, ends[b % ends.length]!].sort((x, y) => x - y);
      fc.pre(end! > start!);
      const row: Row = { text, spans: [span(start!, end!)] };
      const collator = spanCollator<Row>({
        spans: (each) => each.spans,
        offsets: (each) => byteOffsets(each.text),
        labels,
      });
      const found = Array.from(collator.collate([row]).data, Number);
      const before = Buffer.byteLength(text.slice(0, start));
      const inside = Buffer.byteLength(text.slice(start, end));
      expect(found).toEqual(
        found.map((_, at) => (at === before ? 1 : at > before && at < before + inside ? 2 : 0)),
      );
      const { ids } = textCollator({ text: (each: Row) => each.text }).collate([row]);
      expect(ids.data).toHaveLength(found.length);
    },
  );

  test('pads with -1 and leaves out spans behind a cut', () => {
    const collator = spanCollator<Row>({
      spans: (row) => row.spans,
      offsets: (row) => byteOffsets(row.text, 4),
      labels,
      multipleOf: 3,
    });
    const rows = [
      { text: 'in Rome and Pisa', spans: [span(3, 7), span(12, 16)] },
      { text: 'x', spans: [] },
    ];
    const { shape, data } = collator.collate(rows);
    expect(shape).toEqual([2, 6]);
    expect([...data].map(Number)).toEqual([0, 0, 0, 1, -1, -1, 0, -1, -1, -1, -1, -1]);
    expect(() => collator.collate([])).toThrow(code('empty-data'));
  });
});
