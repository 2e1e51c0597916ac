import { fc, test } from '@fast-check/vitest';
import { joinCollators, labelCollator, signalCollator, textCollator } from '@limbeck/data';
import { describe, expect } from 'vitest';

const code = (expected: string) => expect.objectContaining({ code: expected });
const text = (row: string): string => row;

describe('textCollator', () => {
  test('pads bytes with zeros and masks them', () => {
    const { ids, mask } = textCollator({ text }).collate(['aé', 'b']);
    expect(ids).toMatchObject({ dtype: 'int64', shape: [2, 3] });
    expect([...ids.data]).toEqual([97n, 195n, 169n, 98n, 0n, 0n]);
    expect([...mask.data]).toEqual([1n, 1n, 1n, 1n, 0n, 0n]);
  });

  test.prop([
    fc.array(fc.string({ unit: 'binary' }), { minLength: 1, maxLength: 5 }),
    fc.constantFrom('int64', 'int32', 'uint8'),
  ])('holds every byte in every type', (rows, dtype) => {
    const { ids, mask } = textCollator({ text, dtype, maxBytes: 9 }).collate(rows);
    const width = ids.shape[1]!;
    rows.forEach((row, i) => {
      const bytes = row === '' ? [10] : [...Buffer.from(row)].slice(0, 9);
      const its = [...ids.data].slice(i * width, i * width + bytes.length).map(Number);
      expect(its).toEqual(bytes);
      const ones = [...mask.data].slice(i * width, (i + 1) * width).map(Number);
      expect(ones).toEqual(Array.from({ length: width }, (_, at) => (at < bytes.length ? 1 : 0)));
    });
  });

  test('cuts, pads with another id and fills up to a multiple', () => {
    const collator = textCollator({ text, maxBytes: 3, padId: 256, multipleOf: 4, dtype: 'int32' });
    expect([...collator.collate(['abcdef']).ids.data]).toEqual([97, 98, 99, 256]);
  });

  test('cuts at a byte, never by halves of a UTF-16 pair', () => {
    const { ids } = textCollator({ text, maxBytes: 2, dtype: 'uint8' }).collate(['a😀']);
    expect([...ids.data]).toEqual([97, 0xf0]);
  });

  test('reads an empty text as a line feed', () => {
    expect([...textCollator({ text, dtype: 'uint8' }).collate(['']).ids.data]).toEqual([10]);
  });

  test.each([undefined, null, 7])('refuses %s in place of a text, and names the row', (wrong) => {
    const collator = textCollator<unknown>({ text: (row) => row as string });
    expect(() => collator.collate(['a', wrong])).toThrow(
      expect.objectContaining({
        code: 'invalid-data',
        where: 'textCollator',
        given: expect.stringContaining('row 1') as string,
      }) as Error,
    );
  });

  test('refuses no rows and sizes of none', () => {
    expect(() => textCollator({ text }).collate([])).toThrow(code('empty-data'));
    expect(() => textCollator({ text, maxBytes: 0 })).toThrow(code('invalid-option'));
    expect(() => textCollator({ text, multipleOf: 1.5 })).toThrow(code('invalid-option'));
  });
});

describe('labelCollator', () => {
  const collator = labelCollator<number | undefined>({ label: (row) => row, classes: 3 });
  test('writes -1 where there is no label', () => {
    expect([...collator.collate([2, undefined, 0]).data]).toEqual([2n, -1n, 0n]);
  });
  test('refuses labels out of range, and no rows', () => {
    expect(() => collator.collate([0, 3])).toThrow(code('label-out-of-range'));
    expect(() => collator.collate([])).toThrow(code('empty-data'));
  });
});

describe('signalCollator', () => {
  const collator = signalCollator<readonly number[]>({
    signal: (row) => row,
    width: 2,
    name: 'logits',
  });
  test('lays vectors side by side', () => {
    expect(
      collator.collate([
        [1, 2],
        [3, 4],
      ]),
    ).toEqual({
      dtype: 'float32',
      shape: [2, 2],
      data: Float32Array.of(1, 2, 3, 4),
    });
  });
  test('refuses other lengths, NaN and no rows', () => {
    expect(() => collator.collate([[1, 2], [3]])).toThrow(code('shape-mismatch'));
    expect(() => collator.collate([[1, NaN]])).toThrow(code('non-finite-data'));
    expect(() => collator.collate([])).toThrow(code('empty-data'));
  });
});

describe('joinCollators', () => {
  test('makes a tree of one batch', () => {
    type Row = {
      readonly text: string;
      readonly label: number;
      readonly logits: readonly number[];
    };
    const collator = joinCollators({
      inputs: textCollator<Row>({ text: (row) => row.text, dtype: 'uint8' }),
      labels: labelCollator<Row>({ label: (row) => row.label, classes: 2 }),
      teacher: joinCollators({
        logits: signalCollator<Row>({ signal: (row) => row.logits, width: 2 }),
      }),
    });
    const batch = collator.collate([{ text: 'ab', label: 1, logits: [5, 6] }]);
    expect(batch.inputs.ids.shape).toEqual([1, 2]);
    expect(batch.teacher.logits.data).toEqual(Float32Array.of(5, 6));
    expect(collator.specs.teacher.logits).toEqual({ dtype: 'float32', shape: ['batch', 2] });
    // @ts-expect-error: nobody makes hidden states.
    void batch.teacher.hidden;
  });
});
