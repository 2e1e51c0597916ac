import { mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync, existsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import { fc, test } from '@fast-check/vitest';
import { type BadLine, readJsonl, writeJsonl } from '@limbeck/data/node';
import { afterAll, describe, expect } from 'vitest';
import { collect } from '../signals.js';

const folder = mkdtempSync(join(tmpdir(), 'jsonl-'));
afterAll(() => rmSync(folder, { recursive: true }));
let files = 0;
const fresh = (ending = '.jsonl'): string => join(folder, `${files++}${ending}`);
const fileOf = (content: string | Uint8Array): string => {
  const path = fresh();
  writeFileSync(path, content);
  return path;
};

describe('readJsonl and writeJsonl', () => {
  test.prop([fc.array(fc.jsonValue(), { maxLength: 30 }), fc.boolean()])(
    'read what they wrote',
    async (rows, gzip) => {
      const path = fresh(gzip ? '.jsonl.gz' : '.jsonl');
      expect(await writeJsonl(path, rows)).toBe(rows.length);
      expect(await collect(readJsonl(path))).toEqual(JSON.parse(JSON.stringify(rows)));
      expect(existsSync(`${path}.part`)).toBe(false);
    },
  );

  test('stream many rows through both', async () => {
    const path = fresh('.gz');
    const rows = Array.from({ length: 20_000 }, (_, id) => ({
      id,
      text: `row ${id} ` + 'é'.repeat(id % 40),
    }));
    await writeJsonl(path, rows);
    expect(readFileSync(path).length).toBeLessThan(gunzipSync(readFileSync(path)).length / 4);
    expect(await collect(readJsonl(path))).toEqual(rows);
  });

  test('skip blank lines and a byte order mark, and take CRLF and a last line without an end', async () => {
    const path = fileOf('\uFEFF{"a":1}\r\n\r\n \n{"a":2}');
    expect(await collect(readJsonl(path))).toEqual([{ a: 1 }, { a: 2 }]);
  });

  test('tell bad lines with their numbers and go on', async () => {
    const path = fileOf(
      Buffer.concat([
        Buffer.from('1\n{oops\n2\n"'),
        Buffer.from([0xff]),
        Buffer.from(`"\n"${'x'.repeat(100)}"\n3\n-4\n`),
      ]),
    );
    const bad: BadLine[] = [];
    const parse = (value: unknown): number => {
      if (typeof value !== 'number' || value < 0) throw new Error('not a number from 0 on');
      return value;
    };
    const onBadLine = (line: BadLine): void => void bad.push(line);
    const rows = await collect(readJsonl(path, { parse, onBadLine, maxLineBytes: 50 }));
    expect(rows).toEqual([1, 2, 3]);
    expect(bad.map(({ line }) => line)).toEqual([2, 4, 5, 7]);
    expect(bad[0]).toMatchObject({ path, text: '{oops' });
    expect(bad[2]?.reason).toMatch(/longer than 50 bytes/);
    expect(bad[3]?.reason).toBe('not a number from 0 on');
  });

  test('refuse a bad line if nobody takes it', async () => {
    const path = fileOf('1\n{oops\n');
    await expect(collect(readJsonl(path))).rejects.toMatchObject({
      code: 'invalid-record',
      message: expect.stringContaining(`line 2 of ${path}`) as string,
    });
  });

  test.each([1, 5, 12, 30])('answer gzip cut by %i bytes with corrupt-file', async (cut) => {
    const whole = gzipSync(Array.from({ length: 50 }, (_, i) => `{"id":${i}}`).join('\n'));
    const path = fileOf(whole.subarray(0, -cut));
    await expect(collect(readJsonl(path))).rejects.toMatchObject({ code: 'corrupt-file' });
  });

  test('answer changed gzip with corrupt-file, and no file with data-missing', async () => {
    const whole = gzipSync('{"a":1}\n'.repeat(100));
    whole[whole.length - 6]! ^= 0xff;
    await expect(collect(readJsonl(fileOf(whole)))).rejects.toMatchObject({ code: 'corrupt-file' });
    await expect(collect(readJsonl(join(folder, 'none')))).rejects.toMatchObject({
      code: 'data-missing',
    });
  });

  test('answer a folder with io-failed', async () => {
    await expect(collect(readJsonl(folder))).rejects.toMatchObject({ code: 'io-failed' });
  });

  test.skipIf(!existsSync('/dev/full'))(
    'answer a full disk with disk-full and keep the old file',
    async () => {
      const path = fileOf('"old"\n');
      symlinkSync('/dev/full', `${path}.part`);
      await expect(writeJsonl(path, ['new'])).rejects.toMatchObject({ code: 'disk-full' });
      expect(readFileSync(path, 'utf8')).toBe('"old"\n');
      expect(existsSync(`${path}.part`)).toBe(false);
    },
  );

  test.each([false, true])('keep the old file when the rows fail (gzip: %s)', async (gzip) => {
    const path = fileOf('"old"\n');
    const rows = async function* (): AsyncGenerator<number> {
      yield 1;
      throw new Error('no more');
    };
    await expect(writeJsonl(path, rows(), { gzip })).rejects.toThrow('no more');
    expect(readFileSync(path, 'utf8')).toBe('"old"\n');
    expect(existsSync(`${path}.part`)).toBe(false);
  });

  test('refuse a line length of none', async () => {
    const read = collect(readJsonl('x', { maxLineBytes: 0 }));
    await expect(read).rejects.toMatchObject({ code: 'invalid-option' });
  });
});
