import type * as FileSystem from 'node:fs/promises';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { parseRunReport } from '@limbeck/evaluators';
import { writeReport } from '@limbeck/report/node';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { smallestReport } from './fixture.js';
import { spamReport } from './spam-fixture.js';

/** What the next call of `open` for a file with this ending does instead of opening it. */
const fault: { ending?: string; code?: string } = {};

vi.mock('node:fs/promises', async (original) => {
  const real = await original<typeof FileSystem>();
  return {
    ...real,
    open: async (...given: Parameters<typeof real.open>) => {
      const handle = await real.open(...given);
      if (fault.ending !== undefined && String(given[0]).includes(fault.ending)) {
        // Half of the text reaches the disk before it is full.
        handle.writeFile = async (text) => {
          await handle.write(String(text).slice(0, 100));
          throw Object.assign(new Error('write failed'), { code: fault.code });
        };
      }
      return handle;
    },
  };
});

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'limbeck-report-'));
});
afterEach(async () => {
  delete fault.ending;
  delete fault.code;
  await rm(folder, { recursive: true, force: true });
});

describe('writeReport', () => {
  test('writes report, card and page into a folder that it makes, and nothing else', async () => {
    const inner = path.join(folder, 'runs', 'first');
    const written = await writeReport(inner, smallestReport(), { card: { license: 'mit' } });
    expect((await readdir(inner)).sort()).toEqual([
      'model-card.json',
      'model-card.md',
      'report.html',
      'report.json',
    ]);
    const json: unknown = JSON.parse(await readFile(written.json, 'utf8'));
    expect(parseRunReport(json)).toEqual(smallestReport());
    expect(await readFile(written.html, 'utf8')).toMatch(/^<!doctype html>/u);
    expect(await readFile(written.card, 'utf8')).toContain('license: "mit"');
    expect(written.dataCard).toBeUndefined();
  });

  test('writes the data card of a report that knows its data', async () => {
    const written = await writeReport(folder, spamReport(), {
      charts: false,
      card: { license: 'mit' },
      dataCard: { labelling: 'By hand.' },
    });
    expect(await readFile(written.dataCard!, 'utf8')).toContain('## Labelling\n\nBy hand.');
    const data: unknown = JSON.parse(await readFile(path.join(folder, 'data-card.json'), 'utf8'));
    expect(data).toMatchObject({ records: 2231, labelling: 'By hand.' });
    const model: unknown = JSON.parse(await readFile(path.join(folder, 'model-card.json'), 'utf8'));
    expect(model).toMatchObject({ license: 'mit', student: 'conv student', data: { rows: 2000 } });
  });

  test.each([
    ['ENOSPC', 'disk-full'],
    ['EDQUOT', 'disk-full'],
    ['EIO', 'io-failed'],
  ])('on %s it says %s and leaves the older file whole', async (code, expected) => {
    await writeFile(path.join(folder, 'report.html'), 'older');
    fault.ending = 'report.html';
    fault.code = code;
    await expect(writeReport(folder, smallestReport())).rejects.toMatchObject({
      code: expected,
      given: expect.stringContaining(code) as string,
      cause: { code },
    });
    expect(await readFile(path.join(folder, 'report.html'), 'utf8')).toBe('older');
    // What came before is there and whole; nothing half-written lies about.
    expect((await readdir(folder)).sort()).toEqual([
      'model-card.json',
      'model-card.md',
      'report.html',
      'report.json',
    ]);
    const json: unknown = JSON.parse(await readFile(path.join(folder, 'report.json'), 'utf8'));
    expect(json).toEqual(smallestReport());
  });

  test('refuses a folder that is a file', async () => {
    const file = path.join(folder, 'file');
    await writeFile(file, '');
    await expect(writeReport(file, smallestReport())).rejects.toMatchObject({ code: 'io-failed' });
  });
});
