import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { fileFacts, peakRssBytes } from '@limbeck/evaluators/node';
import { expect, test } from 'vitest';

test('fileFacts has size, gzip and sha256', async () => {
  const folder = await mkdtemp(path.join(os.tmpdir(), 'limbeck-evaluators-'));
  try {
    const file = path.join(folder, 'abc');
    await writeFile(file, 'abc');
    const facts = await fileFacts(file);
    expect(facts.sizeBytes).toBe(3);
    expect(facts.gzipBytes).toBe(23);
    // The example of FIPS 180-4.
    expect(facts.sha256).toBe('ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad');
    await writeFile(file, 'a'.repeat(100_000));
    expect((await fileFacts(file)).gzipBytes).toBeLessThan(1000);
    await expect(fileFacts(path.join(folder, 'none'))).rejects.toMatchObject({ code: 'io-failed' });
  } finally {
    await rm(folder, { recursive: true });
  }
});

test('peakRssBytes is at least what the process holds', () => {
  expect(peakRssBytes()).toBeGreaterThan(process.memoryUsage.rss() / 2);
});
