import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { folderStore } from '@limbeck/train/node';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { makeFolder } from '../../src/node/make-folder.js';

let work: string;
beforeAll(async () => {
  work = await mkdtemp(path.join(os.tmpdir(), 'limbeck-make-'));
});
afterAll(() => rm(work, { recursive: true, force: true }));

test('makes what is missing above as well, also twice at a time', async () => {
  const deep = path.join(work, 'a/b/c');
  await Promise.all([makeFolder(deep), makeFolder(deep)]);
  await makeFolder(deep);
  expect(await readdir(work, { recursive: true })).toEqual(['a', 'a/b', 'a/b/c']);
});

test('says that a file stands in the way', async () => {
  const file = path.join(work, 'file');
  await writeFile(file, '');
  await expect(makeFolder(file)).rejects.toMatchObject({ code: 'EEXIST' });
  await expect(makeFolder(path.join(file, 'below'))).rejects.toMatchObject({ code: 'ENOTDIR' });
});

// Node's own recursive mkdir never returns here.
test.skipIf(process.platform !== 'linux')('comes back from a place without room', async () => {
  for (const place of ['/proc/limbeck', '/proc/limbeck/below']) {
    await expect(folderStore(place).write('last', Uint8Array.of(1))).rejects.toMatchObject({
      code: 'io-failed',
      where: expect.stringContaining(place) as string,
    });
  }
});
