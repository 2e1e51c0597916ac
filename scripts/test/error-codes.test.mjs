import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { filesBelow, projects, root } from '../workspace.mjs';

const read = (file) => readFileSync(path.join(root, file), 'utf8');
const packages = projects(['packages']);
const sources = packages.flatMap((project) =>
  filesBelow(`${project}/src`, (file) => file.endsWith('.ts')),
);
const tests = packages.flatMap((project) =>
  filesBelow(`${project}/test`, (file) => file.endsWith('.ts')),
);
const union = /export type ErrorCode =([\s\S]*?);/.exec(read('packages/core/src/errors.ts'))[1];
const codes = [...union.matchAll(/'([a-z-]+)'/g)].map((match) => match[1]);

/** What a user's data, files and machine do wrong: the code, and a test that says so. */
const faults = [
  ['an empty file', 'empty-data', 'limbeck/test/distil/refusals', /an empty file/],
  ['an empty file of records', 'empty-data', 'data/test/node/records', /empty/],
  ['data of one class', 'one-class', 'limbeck/test/distil/refusals', /one class/],
  ['an unknown label', 'label-out-of-range', 'limbeck/test/distil/refusals', /label/],
  ['a text on both sides of a split', 'split-leak', 'data/test/splits', /leak/i],
  ['a missing column', 'missing-column', 'limbeck/test/distil/refusals', /a missing column/],
  ['mixed types', 'invalid-data', 'limbeck/test/distil/refusals', /labels of mixed types/],
  ['NaN', 'non-finite-data', 'data/test/collators', /NaN/],
  ['a huge field', 'invalid-record', 'data/test/node/csv/csv', /maxRecordBytes: 1000/],
  ['bytes that are no UTF-8', 'invalid-record', 'data/test/node/csv/csv', /no UTF-8/],
  ['gzip that ends early', 'corrupt-file', 'data/test/node/jsonl', /answer gzip cut by/],
  ['gzip that was changed', 'corrupt-file', 'data/test/node/jsonl', /changed gzip/],
  [
    'Parquet that ends early',
    'corrupt-file',
    'data/test/node/parquet/read-parquet',
    /every truncation/,
  ],
  [
    'a tokenizer of another model',
    'shape-mismatch',
    'data/test/tokenisers/token-collator',
    /refuses a model of %i rows/,
  ],
  [
    'a text of length zero',
    'invalid-data',
    'data/test/tokenisers/token-collator',
    /refuses a text without tokens/,
  ],
  ['a metric without a value', 'undefined-metric', 'evaluators/test/sequence', /no entity/],
  ['a run of a newer version', 'format-too-new', 'limbeck/test/node/faults', /newer|later/],
  ['two runs in one folder', 'run-locked', 'limbeck/test/node/faults', /run-locked/],
  ['a read-only disk', 'io-failed', 'limbeck/test/node/faults', /read-only/],
  ['a full disk', 'disk-full', 'data/test/node/jsonl', /full disk/],
  ['SIGINT', 'interrupted', 'pipeline/test/node/faults', /SIGINT/],
  ['SIGTERM', 'interrupted', 'pipeline/test/node/faults', /SIGTERM/],
];

describe('error codes', () => {
  const all = sources.map(read).join('\n');
  const asserted = tests.map(read).join('\n');

  test.each(codes)('%s is thrown somewhere, and asserted somewhere', (code) => {
    const uses = all.split(`'${code}'`).length - 1;
    // Once in the union itself.
    expect(uses, `${code} is thrown nowhere`).toBeGreaterThan(1);
    expect(
      asserted.includes(`'${code}'`) || asserted.includes(`[${code}]`),
      `no test names ${code}`,
    ).toBe(true);
  });

  test.each(faults)('%s has a test that expects %s', (_, code, file, title) => {
    const text = read(`packages/${file}.test.ts`);
    expect(text, `${file} speaks of it no more`).toMatch(title);
    expect(text, `${file} expects ${code} no more`).toContain(code);
  });

  test('docs/errors.md has a row for each, and no other', () => {
    const rows = [...read('docs/errors.md').matchAll(/^\| `([a-z-]+)` \| (.+) \| (.+) \|$/gm)];
    expect(rows.map((row) => row[1]).sort()).toEqual([...codes].sort());
    for (const [, code, meaning, next] of rows) {
      expect(meaning.length, code).toBeGreaterThan(20);
      expect(next.length, code).toBeGreaterThan(5);
    }
  });
});
