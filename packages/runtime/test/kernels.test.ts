import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { compileKernels } from '../scripts/kernels.js';

test('the loops in the package are what their sources give', async () => {
  const file = new URL('../src/kernels/gen/kernel-bytes.ts', import.meta.url);
  expect(await readFile(file, 'utf8')).toBe(await compileKernels());
});
