import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type BadFile, readTextFolder } from '@limbeck/data/node';
import { afterAll, describe, expect, test } from 'vitest';
import { collect } from '../signals.js';

const folder = mkdtempSync(join(tmpdir(), 'texts-'));
afterAll(() => rmSync(folder, { recursive: true }));
mkdirSync(join(folder, 'b/c'), { recursive: true });
writeFileSync(join(folder, 'b/c/z.txt'), 'third');
writeFileSync(join(folder, 'b/a.txt'), 'second é');
writeFileSync(join(folder, 'a.txt'), 'first');
writeFileSync(join(folder, 'b/large.txt'), 'x'.repeat(100));
writeFileSync(join(folder, 'b/latin1.txt'), Uint8Array.of(0xe9));
writeFileSync(join(folder, 'note.md'), '# other');

describe('readTextFolder', () => {
  test('reads sorted, and tells what it leaves out', async () => {
    const bad: BadFile[] = [];
    const onBadFile = (file: BadFile): void => void bad.push(file);
    const files = await collect(readTextFolder(folder, { maxBytes: 50, onBadFile }));
    expect(files).toEqual([
      { path: 'a.txt', text: 'first' },
      { path: 'b/a.txt', text: 'second é' },
      { path: 'b/c/z.txt', text: 'third' },
    ]);
    expect(bad).toEqual([
      { path: 'b/large.txt', reason: '100 bytes, more than 50' },
      { path: 'b/latin1.txt', reason: 'not UTF-8' },
    ]);
  });

  test('takes other endings', async () => {
    const files = await collect(readTextFolder(folder, { extensions: ['.md'] }));
    expect(files.map((file) => file.path)).toEqual(['note.md']);
  });

  test('answers no folder with data-missing, and a size of none with invalid-option', async () => {
    await expect(collect(readTextFolder(join(folder, 'none')))).rejects.toMatchObject({
      code: 'data-missing',
    });
    await expect(collect(readTextFolder(folder, { maxBytes: 0 }))).rejects.toMatchObject({
      code: 'invalid-option',
    });
  });
});
