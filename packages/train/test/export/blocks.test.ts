import { fc, test } from '@fast-check/vitest';
import { hostTensor, Rng } from '@limbeck/core';
import type { BlockQuantiser } from '@limbeck/train';
import { describe, expect } from 'vitest';
import {
  dequantiseBlocks,
  packed,
  quantiseBlocksChecked,
  roundToNearestBlocks,
} from '../../src/export/blocks.js';
import { quantiseChecked, roundToNearest } from '../../src/export/quantise.js';
import { floatsOf } from '../../src/export/store-weights.js';

const rng = Rng.from(5);
/** Neither of its sizes is a multiple of 32. */
const inner = hostTensor(
  'float32',
  [36, 45],
  Array.from({ length: 36 * 45 }, () => rng.normal()),
);

describe('blocks of 4 bits', () => {
  test('hold what is worked out by hand', () => {
    const row = hostTensor('float32', [1, 34], [4, -8, 7.4, 1, ...Array<number>(29).fill(0), 3]);
    const { codes, scale } = roundToNearestBlocks(row);
    expect([...scale.data]).toEqual([1, -0.375]);
    expect([...codes.data.slice(0, 5)]).toEqual([12, 0, 15, 9, 8]);
    // 3 is eight steps of −0.375 below 0.
    expect([...codes.data.slice(32)]).toEqual([8, 0]);
    const bytes = packed({ codes, scale });
    expect(bytes.shape).toEqual([1, 32]);
    expect([...bytes.data.slice(0, 3)]).toEqual([12, 15 + 16 * 9, 8 + 16 * 8]);
    expect([...bytes.data.slice(16, 18)]).toEqual([8, 8 + 16 * 8]);
  });

  test.prop([
    fc.array(fc.float({ noNaN: true, min: -100, max: 100 }), { minLength: 1, maxLength: 70 }),
  ])('are within one step of every number, and rows of zeros are zeros', (numbers) => {
    const weight = hostTensor('float32', [1, numbers.length], numbers);
    const made = quantiseBlocksChecked('w', weight, 0, roundToNearestBlocks);
    const back = dequantiseBlocks(made);
    expect(back.shape).toEqual(weight.shape);
    const zeros = hostTensor(
      'float32',
      [1, numbers.length],
      numbers.map(() => 0),
    );
    const none = dequantiseBlocks(quantiseBlocksChecked('w', zeros, 0, roundToNearestBlocks));
    expect(none.data.every((value) => value === 0)).toBe(true);
  });

  test('and int8 make zeros of what is too small to be divided', () => {
    const tiny = hostTensor('float32', [2, 2], [1e-44, -1e-42, 1e-38, 0]);
    const blocks = dequantiseBlocks(quantiseBlocksChecked('w', tiny, 0, roundToNearestBlocks));
    const int8 = floatsOf({ kind: 'int8', weight: quantiseChecked('w', tiny, roundToNearest) });
    for (const { data } of [blocks, int8]) expect(data.every((value) => value === 0)).toBe(true);
  });

  test('of columns are those of the turned matrix', () => {
    const turned = hostTensor(
      'float32',
      [45, 36],
      Array.from({ length: 45 * 36 }, (_, i) => {
        const [row, column] = [Math.floor(i / 36), i % 36];
        return inner.data[column * 45 + row]!;
      }),
    );
    const rows = quantiseBlocksChecked('w', turned, 0, roundToNearestBlocks);
    const columns = quantiseBlocksChecked('w', inner, 1, roundToNearestBlocks);
    expect(columns.codes).toEqual(rows.codes);
    expect(columns.scale).toEqual(rows.scale);
  });

  test('with a wrong scale are refused', () => {
    const broken: BlockQuantiser = (rows) => {
      const made = roundToNearestBlocks(rows);
      made.scale.data[3]! *= 3;
      return made;
    };
    expect(() => quantiseBlocksChecked('inner', inner, 1, broken)).toThrow(
      expect.objectContaining({
        code: 'gate-failed',
        where: '4 bits of "inner"',
      }) as Error,
    );
  });
});
