import { describe, expect, test } from 'vitest';
import { queryError } from '../../../src/node/duckdb/database.js';
import { loadDuckDb } from '../../../src/node/duckdb/load-duckdb.js';

describe('loadDuckDb', () => {
  test('names the package that is missing', async () => {
    const load = () => Promise.reject(new Error("Cannot find package '@duckdb/node-api'"));
    await expect(loadDuckDb(load)).rejects.toMatchObject({
      code: 'missing-dependency',
      next: expect.stringContaining('npm install @duckdb/node-api') as string,
    });
  });
});

describe('queryError', () => {
  test.each([
    ['IO Error: Could not write file "/tmp/x": No space left on device', 'disk-full'],
    ['Out of Memory Error: failed to offload data block', 'invalid-option'],
    ['IO Error: No files found that match the pattern "x"', 'data-missing'],
    ['Conversion Error: Could not convert string', 'invalid-option'],
    ['Invalid Input Error: No magic bytes found', 'corrupt-file'],
    ['Something Else: happened', 'io-failed'],
  ])('%s is %s', (message, code) => {
    const cause = new Error(message);
    expect(queryError(cause)).toMatchObject({ code, given: expect.stringContaining(message) });
  });
});
