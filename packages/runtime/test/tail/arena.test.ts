import { describe, expect, test } from 'vitest';
import { Arena, arenaBytes } from '../../src/tail/arena.js';

const floats = (length: number) => ({ dtype: 'float32', shape: [length] }) as const;

describe('Arena', () => {
  test('lays tensors out in whole cache lines, apart from each other, full of zeros', () => {
    const arena = new Arena(1000);
    const [a, b] = [arena.tensor(floats(3)), arena.tensor({ dtype: 'int64', shape: [2, 5] })];
    expect([arenaBytes(a), arenaBytes(b)]).toEqual([64, 128]);
    expect([arena.offsetOf(a)! % 64, arena.offsetOf(b)! - arena.offsetOf(a)!]).toEqual([0, 64]);
    expect([...a.data, ...b.data].every((value) => Number(value) === 0)).toBe(true);
    expect(arena.offsetOf({ ...a })).toBeUndefined();
  });

  test('keeps what it holds when it grows, and shows it anew', () => {
    const arena = new Arena(64);
    const tensor = arena.tensor(floats(4));
    (tensor.data as Float32Array).set([1, 2, 3, 4]);
    expect(arena.renewed(tensor)).toBe(tensor);
    arena.scratch('batch', 1_000_000);
    expect(tensor.data.length).toBe(0);
    const now = arena.renewed(tensor);
    expect([...now.data]).toEqual([1, 2, 3, 4]);
    expect(arena.offsetOf(now)).toBe(arena.offsetOf(tensor));
    expect(arena.renewed(now)).toBe(now);
  });

  test('gives one place a key while what is written fits, and twice the room where it does not', () => {
    const arena = new Arena(64);
    const first = arena.scratch('rows', 1000);
    expect(arena.scratch('rows', 999)).toBe(first);
    expect(arena.scratch('others', 1000)).not.toBe(first);
    const second = arena.scratch('rows', 2000);
    expect(second).not.toBe(first);
    expect(arena.scratch('rows', 4000)).toBe(second);
  });

  test('copies what lies elsewhere', () => {
    const arena = new Arena(64);
    const at = arena.copied('indices', BigInt64Array.of(7n, -1n).subarray(1));
    expect(new BigInt64Array(arena.memory.buffer, at, 1)[0]).toBe(-1n);
  });

  test.each([
    ['at once', () => new Arena(2 ** 33)],
    ['as it grows', () => new Arena(64).scratch('all', 2 ** 33)],
  ])('says what to do where memory is short: %s', (_when, ask) => {
    const error = {
      code: 'engine-failed',
      message: expect.stringContaining('no more than 4 GB') as string,
    };
    expect(ask).toThrow(expect.objectContaining(error));
  });
});
