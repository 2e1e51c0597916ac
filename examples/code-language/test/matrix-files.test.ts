import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { hostTensor } from '@limbeck/core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { loadMatrices, matrix, saveMatrices } from '../src/matrix-files.js';

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'limbeck-matrices-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const given = {
  'parameters/weight': matrix(Float32Array.of(1, -0, 2 ** -149, Infinity, NaN, 3e38), 3),
  bias: hostTensor('float32', [2], Float32Array.of(0.1, 0.2)),
  none: matrix(new Float32Array(0), 4),
};

describe('matrix files', () => {
  test('give back every bit, shape and name, also of views into larger arrays', async () => {
    const wide = Float32Array.of(9, 9, 1, 2, 3, 4, 9);
    const view = matrix(wide.subarray(2, 6), 2);
    await saveMatrices(folder, 'whole', { ...given, view });
    const found = await loadMatrices(folder, 'whole');
    expect(Object.keys(found)).toEqual(['parameters/weight', 'bias', 'none', 'view']);
    expect(found['parameters/weight']).toEqual(given['parameters/weight']);
    expect(Object.is(found['parameters/weight']!.data[1], -0)).toBe(true);
    expect(found['view']).toEqual(matrix(Float32Array.of(1, 2, 3, 4), 2));
    expect(found['none']!.shape).toEqual([0, 4]);
  });

  test.each([
    ['truncated by a number', -4],
    ['truncated within a number', -2],
    ['longer than its shapes', 4],
  ])('a file %s is corrupt', async (_, change) => {
    await saveMatrices(folder, 'cut', given);
    const file = path.join(folder, 'cut.f32');
    const bytes = await readFile(file);
    const changed =
      change < 0
        ? bytes.subarray(0, bytes.length + change)
        : Buffer.concat([bytes, Buffer.alloc(change)]);
    await writeFile(file, changed);
    await expect(loadMatrices(folder, 'cut')).rejects.toMatchObject({
      code: 'corrupt-file',
      message: expect.stringContaining('cut.f32'),
    });
  });

  test('shapes that are no JSON are corrupt', async () => {
    await saveMatrices(folder, 'shapes', given);
    await writeFile(path.join(folder, 'shapes.json'), '{"bias":[2');
    await expect(loadMatrices(folder, 'shapes')).rejects.toMatchObject({ code: 'corrupt-file' });
  });
});
