import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { Rng } from '@limbeck/core';
import { loadTokeniser, trainTokeniser } from '@limbeck/data/node';
import { Tokenizer as RustTokenizer } from 'tokenizers';
import { afterAll, describe, expect, test } from 'vitest';
import { findTrainer } from '../../../src/node/tokenisers/training-process.js';

const folder = mkdtempSync(join(tmpdir(), 'train-tokeniser-'));
afterAll(() => rmSync(folder, { recursive: true }));

const rng = Rng.from(1);
const pick = <Item>(items: readonly Item[]): Item =>
  items[Math.floor(rng.uniform() ** 2 * items.length)]!;
const syllables = 'the ca t s in on la ma re di so ing er ka lo mu ni po ru ve zi ä ω'.split(' ');
const words = Array.from({ length: 300 }, (_, i) =>
  Array.from({ length: 1 + (i % 4) }, () => pick(syllables)).join(''),
);
/** 400 lines of 8 words that come in no order. */
const texts = Array.from({ length: 400 }, () =>
  Array.from({ length: 8 }, () => pick(words)).join(' '),
);
const kinds = ['wordpiece', 'bpe', 'unigram'] as const;
const sizes = { wordpiece: 120, bpe: 320, unigram: 100 };

describe.each(kinds)('trainTokeniser, %s', (kind) => {
  const size = sizes[kind];

  test('gives the size, and a file that the Rust library reads alike', async () => {
    const trained = await trainTokeniser({ texts }, { kind, size, folder });
    const { report, json } = trained;
    expect(report).toMatchObject({ kind, wanted: size, size, texts: 380 });
    expect(report.how).toMatch(/^Of the library's [\d,]+ \w+, .* are kept\.$/);
    expect(report.heldOut).toMatchObject({ texts: 20, unknownShare: 0 });
    expect(report.heldOut!.fertility).toBeGreaterThan(1);
    expect(report.heldOut!.bytesPerToken).toBeGreaterThan(1);
    expect(trained.tokeniser).toMatchObject({ kind, vocabularySize: size });

    const theirs = RustTokenizer.fromString(JSON.stringify(json));
    const loaded = await loadTokeniser(folder);
    for (const text of [...texts.slice(0, 50), 'unseen wörds 猫']) {
      const encoding = await theirs.encode(text, 'cats');
      const own = loaded.encode(text, { pair: 'cats' });
      expect(own.ids).toEqual(encoding.getIds());
      expect(own.types).toEqual(encoding.getTypeIds());
      if (kind !== 'wordpiece' && text !== 'unseen wörds 猫')
        expect(loaded.decode(loaded.encode(text).ids)).toBe(text);
    }
  });

  test('learns the same from the same texts, from files too', async () => {
    const half = texts.length / 2;
    const [plain, packed] = [join(folder, 'a.txt'), join(folder, 'b.txt.gz')];
    writeFileSync(plain, texts.slice(0, half).join('\r\n'));
    writeFileSync(packed, gzipSync(`\n${texts.slice(half).join('\n\n')}`));
    const first = await trainTokeniser({ texts }, { kind, size });
    const again = await trainTokeniser({ files: [plain, packed] }, { kind, size });
    expect(again.report.how).toBe(first.report.how);
    // The library breaks ties by chance in the other kinds.
    if (kind === 'bpe') expect(again).toEqual({ ...first, tokeniser: again.tokeniser });
    const [heldOut, same] = [first.report.heldOut!, again.report.heldOut!];
    expect(Math.abs(heldOut.tokens - same.tokens)).toBeLessThan(0.05 * heldOut.tokens);
  });

  test('says where the library gives no more', async () => {
    const { report, tokeniser } = await trainTokeniser(
      { texts },
      { kind, size: 5000, heldOut: [] },
    );
    expect(report.size).toBeLessThan(5000);
    expect(report.size).toBe(tokeniser.vocabularySize);
    expect(report.how).toMatch(
      /^All [\d,]+ \w+ of the library are kept: it found or gives no more\.$/,
    );
    expect(report).not.toHaveProperty('heldOut');
  });

  test('names special tokens and puts them around', async () => {
    const specialTokens = { unknown: '<unk>', bos: '<s>', eos: '</s>' };
    const { tokeniser } = await trainTokeniser({ texts }, { kind, size, specialTokens });
    expect(tokeniser.special).toEqual({
      unknown: { token: '<unk>', id: 0 },
      bos: { token: '<s>', id: 1 },
      eos: { token: '</s>', id: 2 },
    });
    const { tokens } = tokeniser.encode('cat', { pair: 'mat' });
    expect([tokens[0], tokens.at(-1)]).toEqual(['<s>', '</s>']);
    expect(tokens.filter((token) => token === '</s>')).toHaveLength(2);
  });
});

describe('trainTokeniser', () => {
  test('cuts BPE to what it had found by then', async () => {
    const merges = async (size: number): Promise<unknown[]> => {
      const { json } = await trainTokeniser({ texts }, { kind: 'bpe', size });
      return (json['model'] as { readonly merges: unknown[] }).merges;
    };
    const [few, more] = [await merges(280), await merges(300)];
    expect(few).toHaveLength(280 - 256 - 5);
    expect(more.slice(0, few.length)).toEqual(few);
  });

  test('drops the rarest characters where all would take too much', async () => {
    const rare = ['a rare ж once', ...texts];
    const { tokeniser, report } = await trainTokeniser(
      { texts: rare },
      { kind: 'wordpiece', size: 80, heldOut: ['the', 'ж'] },
    );
    expect(tokeniser.tokenId('ж')).toBeUndefined();
    expect(tokeniser.tokenId('t')).toBeDefined();
    expect(report.heldOut?.unknownShare).toBe(1 / 2);
  });

  test('makes capitals small if asked', async () => {
    const { tokeniser } = await trainTokeniser(
      { texts: texts.map((text) => text.toUpperCase()) },
      { kind: 'wordpiece', size: 80, lowercase: true },
    );
    expect(tokeniser.encode('CATS', { special: false }).ids).toEqual(
      tokeniser.encode('cats', { special: false }).ids,
    );
  });

  test('says which package to install where it is missing', () => {
    const resolve = (): never => {
      throw new Error('Cannot find module');
    };
    expect(() => findTrainer(resolve)).toThrow(
      expect.objectContaining({
        code: 'missing-dependency',
        next: expect.stringContaining('npm install tokenizers') as string,
      }) as Error,
    );
  });

  const bpe = { kind: 'bpe', size: 300 } as const;
  test.each([
    ['empty-data', { texts: ['', ' \n '] }, bpe],
    ['invalid-option', { texts }, { kind: 'bpe', size: 200 }],
    ['invalid-option', { texts }, { kind: 'wordpiece', size: 60, specialTokens: {} }],
    ['invalid-option', { texts }, { kind: 'words' as 'bpe', size: 300 }],
    ['duplicate-name', { texts }, { ...bpe, specialTokens: { pad: '<x>', eos: '<x>' } }],
    ['data-missing', { files: [join(folder, 'none.txt')] }, bpe],
    ['invalid-data', { texts: [7 as unknown as string] }, bpe],
    ['aborted', { texts }, { ...bpe, abortSignal: AbortSignal.abort() }],
    ['data-missing', { texts }, { ...bpe, folder: join(folder, 'none') }],
  ] as const)('answers with %s', async (expected, corpus, options) => {
    await expect(trainTokeniser(corpus, options)).rejects.toMatchObject({ code: expected });
  });

  test('answers bytes that are no UTF-8 with invalid-record and the line', async () => {
    const file = join(folder, 'latin1.txt');
    writeFileSync(file, Buffer.from('fine\ncaf\xe9\n', 'latin1'));
    await expect(trainTokeniser({ files: [file] }, bpe)).rejects.toMatchObject({
      code: 'invalid-record',
      given: expect.stringContaining('line 2') as string,
    });
  });
});
