import type * as promises from 'node:fs/promises';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { folderStore } from '../../src/node/folder-store.js';
import { writeFolder } from '../../src/node/write-folder.js';

/** What goes wrong: the call with this number fails, or it and all behind it never happen, as in a kill. */
const fault = vi.hoisted(() => ({ at: Infinity, calls: 0, dies: false, code: 'ENOSPC' }));

vi.mock('node:fs/promises', async (original) => {
  const whole = await original<typeof promises>();
  const check = (): void => {
    fault.calls++;
    const goesWrong = fault.dies ? fault.calls >= fault.at : fault.calls === fault.at;
    if (goesWrong) throw Object.assign(new Error(`${fault.code}: injected`), { code: fault.code });
  };
  const checked = <A extends unknown[], R>(call: (...given: A) => Promise<R>) => {
    return async (...given: A): Promise<R> => {
      check();
      return call(...given);
    };
  };
  return {
    ...whole,
    mkdir: checked(whole.mkdir as (...given: unknown[]) => Promise<unknown>),
    rename: checked(whole.rename),
    rm: checked(whole.rm),
    open: async (...given: Parameters<typeof whole.open>) => {
      check();
      const handle = await whole.open(...given);
      return {
        sync: checked(() => handle.sync()),
        close: () => handle.close(),
        writeFile: async (bytes: Uint8Array) => {
          try {
            check();
          } catch (error) {
            // Half of it has reached the disk.
            await handle.writeFile(bytes.subarray(0, bytes.length >> 1));
            throw error;
          }
          await handle.writeFile(bytes);
        },
      };
    },
  };
});

let work: string;
beforeAll(async () => {
  work = await mkdtemp(path.join(os.tmpdir(), 'limbeck-faults-'));
});
afterAll(() => rm(work, { recursive: true, force: true }));
beforeEach(() => heal());

function heal(): void {
  Object.assign(fault, { at: Infinity, calls: 0, dies: false, code: 'ENOSPC' });
}

const bytes = (text: string) => new TextEncoder().encode(text);
const files = (text: string) => ({
  'config.json': bytes(text),
  'onnx/model.onnx': bytes(`${text} weights`),
  'tokenizer.json': bytes(`${text} tokens`),
});

/** All files of a folder and what they hold; undefined where it is not there. */
async function contents(place: string): Promise<{ [file: string]: string } | undefined> {
  const found = await readdir(place, { recursive: true, withFileTypes: true }).catch(
    () => undefined,
  );
  if (found === undefined) return undefined;
  const all: { [file: string]: string } = {};
  for (const entry of found.filter((one) => one.isFile())) {
    const file = path.join(entry.parentPath, entry.name);
    all[path.relative(place, file)] = await readFile(file, 'utf8');
  }
  return all;
}

const texts = (text: string) =>
  Object.fromEntries(
    Object.entries(files(text)).map(([file, data]) => [file, new TextDecoder().decode(data)]),
  );

/** How many calls a write makes that could go wrong. */
async function countCalls(write: () => Promise<void>): Promise<number> {
  heal();
  await write();
  const { calls } = fault;
  heal();
  return calls;
}

describe('a folder that is written', () => {
  test.each(['ENOSPC', 'EIO'])(
    'is the old one or the new one whichever call fails with %s',
    async (code) => {
      const count = await countCalls(async () => {
        await writeFolder(path.join(work, `count-${code}`), files('old'));
        fault.calls = 0;
        await writeFolder(path.join(work, `count-${code}`), files('new'));
      });
      expect(count).toBeGreaterThan(12);
      for (let at = 1; at <= count; at++) {
        const place = path.join(work, `${code}-${at}`);
        await writeFolder(place, files('old'));
        Object.assign(fault, { at, calls: 0, code });
        const error: unknown = await writeFolder(place, files('new')).catch(
          (cause: unknown) => cause,
        );
        heal();
        const left = await contents(place);
        expect([texts('old'), texts('new')], `call ${at}`).toContainEqual(left);
        if (error !== undefined) {
          expect(error).toMatchObject({ code: code === 'ENOSPC' ? 'disk-full' : 'io-failed' });
        }
        await writeFolder(place, files('new'));
        expect(await contents(place), `after call ${at}`).toEqual(texts('new'));
      }
    },
  );

  test('for the first time is there wholly or not at all', async () => {
    const first = path.join(work, 'first-count');
    const count = await countCalls(() => writeFolder(first, files('new')));
    expect(count).toBeGreaterThan(10);
    for (let at = 1; at <= count; at++) {
      const place = path.join(work, `first-${at}`);
      Object.assign(fault, { at, calls: 0 });
      await writeFolder(place, files('new')).catch(() => undefined);
      heal();
      expect([undefined, texts('new')], `call ${at}`).toContainEqual(await contents(place));
    }
  });

  test('survives a kill before any of its calls', async () => {
    const count = await countCalls(async () => {
      await writeFolder(path.join(work, 'kill-count'), files('old'));
      fault.calls = 0;
      await writeFolder(path.join(work, 'kill-count'), files('new'));
    });
    expect(count).toBeGreaterThan(12);
    for (let at = 1; at <= count; at++) {
      const place = path.join(work, `kill-${at}`);
      await writeFolder(place, files('old'));
      Object.assign(fault, { at, calls: 0, dies: true });
      await writeFolder(place, files('new')).catch(() => undefined);
      heal();
      // Between two renames the old folder stands under another name, whole.
      const left = (await contents(place)) ?? (await contents(`${place}.old`));
      expect([texts('old'), texts('new')], `call ${at}`).toContainEqual(left);
      await writeFolder(place, files('newer'));
      expect(await contents(place), `after call ${at}`).toEqual(texts('newer'));
      const beside = (await readdir(work)).filter((name) => name.startsWith(`kill-${at}.`));
      expect(beside).toEqual([]);
    }
  });
});

describe('a checkpoint that is written', () => {
  test.each([false, true])(
    'is the old one or the new one whichever call fails (dies: %s)',
    async (dies) => {
      const count = await countCalls(() =>
        folderStore(path.join(work, 'c')).write('last', bytes('new')),
      );
      expect(count).toBeGreaterThanOrEqual(5);
      for (let at = 1; at <= count; at++) {
        const store = folderStore(path.join(work, `checkpoint-${dies}-${at}`));
        await store.write('last', bytes('old'));
        Object.assign(fault, { at, calls: 0, dies });
        await store.write('last', bytes('new and longer')).catch(() => undefined);
        heal();
        const left = new TextDecoder().decode(await store.read('last'));
        expect(['old', 'new and longer'], `call ${at}`).toContain(left);
        await store.write('last', bytes('newer'));
        expect(new TextDecoder().decode(await store.read('last'))).toBe('newer');
      }
    },
  );
});
