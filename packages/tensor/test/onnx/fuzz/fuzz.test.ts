import { Rng } from '@limbeck/core';
import { fromOnnx } from '@limbeck/tensor';
import { describe, expect, test } from 'vitest';
import { fuzz, judge, type Memory, memoryInUse } from './judge.js';
import { samples } from './samples.js';

describe('damaged ONNX files', () => {
  test('are whole before', () => {
    for (const bytes of samples()) expect(Object.keys(fromOnnx(bytes).outputs)).not.toEqual([]);
  });

  test('in 5,000 ways are read or refused, in little time and memory', { timeout: 120_000 }, () => {
    const { read, refused, faults } = fuzz(5000, Rng.from(1).stream('onnx'), memoryInUse);
    expect(faults.map(({ fault }) => fault)).toEqual([]);
    expect(read + refused).toBe(5000);
    // Both happen, or the damage is too small or too large to show anything.
    expect(Math.min(read, refused)).toBeGreaterThan(500);
  });

  test('that take too much are noticed', () => {
    let used = 0;
    const greedy: Memory = () => ({ arrays: (used += 2 ** 21), objects: 0 });
    expect(judge(samples()[2]!, greedy)).toMatchObject({
      fault: expect.stringContaining('bytes in arrays'),
    });
  });
});
