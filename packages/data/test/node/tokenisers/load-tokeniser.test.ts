import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadTokeniser } from '@limbeck/data/node';
import { afterAll, describe, expect, test } from 'vitest';
import { byteBpe, wordPiece } from '../../tokenisers/small-tokenisers.js';

const folder = mkdtempSync(join(tmpdir(), 'tokeniser-'));
afterAll(() => rmSync(folder, { recursive: true }));

let made = 0;
function files(contents: { readonly [name: string]: string | Uint8Array }): string {
  const place = join(folder, String(made++));
  mkdirSync(place);
  for (const [name, content] of Object.entries(contents)) writeFileSync(join(place, name), content);
  return place;
}

describe('loadTokeniser', () => {
  test('reads a folder, and a file with its config beside', async () => {
    const place = files({
      'tokenizer.json': JSON.stringify(byteBpe),
      'tokenizer_config.json': JSON.stringify({ pad_token: '<|endoftext|>' }),
    });
    for (const path of [place, join(place, 'tokenizer.json')]) {
      const loaded = await loadTokeniser(path);
      expect(loaded.special.pad).toEqual({ token: '<|endoftext|>', id: 256 });
      expect(loaded.encode('the cat').tokens).toEqual(['the', 'Ġcat']);
    }
  });

  test('does without a config', async () => {
    const place = files({ 'tokenizer.json': JSON.stringify(wordPiece) });
    expect((await loadTokeniser(place)).vocabularySize).toBe(25);
  });

  const whole = JSON.stringify(wordPiece);
  test.each([
    ['nothing', ''],
    ['half of it', whole.slice(0, whole.length / 2)],
    ['no UTF-8', Uint8Array.of(0x22, 0xff, 0x22)],
    ['another JSON', '{"a": 1}'],
    ['a vocabulary that contradicts itself', whole.replace('"cat":6', '"cat":7')],
  ])('answers %s with corrupt-file and the path', async (_, content) => {
    const place = files({ 'tokenizer.json': content });
    await expect(loadTokeniser(place)).rejects.toMatchObject({
      code: 'corrupt-file',
      given: expect.stringContaining(place) as string,
    });
  });

  test('answers a damaged config with corrupt-file', async () => {
    const place = files({ 'tokenizer.json': whole, 'tokenizer_config.json': '{' });
    await expect(loadTokeniser(place)).rejects.toMatchObject({ code: 'corrupt-file' });
  });

  test('answers no file with data-missing', async () => {
    const missing = { code: 'data-missing' };
    await expect(loadTokeniser(join(folder, 'none'))).rejects.toMatchObject(missing);
    await expect(loadTokeniser(files({}))).rejects.toMatchObject(missing);
  });
});
