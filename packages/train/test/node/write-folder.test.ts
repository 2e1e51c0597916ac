import { mkdir, mkdtemp, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { writeFolder } from '../../src/node/write-folder.js';

let work: string;
beforeAll(async () => {
  work = await mkdtemp(path.join(os.tmpdir(), 'limbeck-folder-'));
});
afterAll(() => rm(work, { recursive: true, force: true }));

const bytes = (text: string) => new TextEncoder().encode(text);
const files = (text: string) => ({ 'a.txt': bytes(text), 'deep/b.txt': bytes(`${text}!`) });
const read = (place: string) => readFile(path.join(place, 'deep/b.txt'), 'utf8');

describe('writeFolder', () => {
  test('replaces the whole folder: what is no longer named is gone', async () => {
    const place = path.join(work, 'replaced');
    await writeFolder(place, { ...files('old'), 'extra.txt': bytes('x') });
    await writeFolder(place, files('new'));
    expect(await read(place)).toBe('new!');
    expect((await readdir(place)).sort()).toEqual(['a.txt', 'deep']);
  });

  test('a kill between its renames is put right by the next call', async () => {
    const place = path.join(work, 'killed');
    await writeFolder(place, files('old'));
    await rename(place, `${place}.old`);
    await mkdir(`${place}.new`);
    await writeFile(`${place}.new/a.txt`, 'ha');
    // A call that fails puts the old folder back before it does anything else.
    await expect(
      writeFolder(place, { 'a.txt': bytes('1'), 'a.txt/b': bytes('2') }),
    ).rejects.toMatchObject({ code: 'io-failed' });
    expect(await read(place)).toBe('old!');
    await writeFolder(place, files('new'));
    expect(await read(place)).toBe('new!');
    expect((await readdir(work)).filter((name) => name.startsWith('killed'))).toEqual(['killed']);
  });

  test('removes the old folder where the new one had taken its place', async () => {
    const place = path.join(work, 'late');
    await writeFolder(place, files('new'));
    await writeFolder(`${place}.old`, files('old'));
    await writeFolder(place, files('new'));
    expect((await readdir(work)).filter((name) => name.startsWith('late'))).toEqual(['late']);
  });
});
