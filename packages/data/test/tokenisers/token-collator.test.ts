import {
  byteTokeniser,
  checkTokeniser,
  measureTokeniser,
  tokenCollator,
  tokeniser,
} from '@limbeck/data';
import { describe, expect, test } from 'vitest';
import { unigram, wordPiece } from './small-tokenisers.js';

const code = (expected: string) => expect.objectContaining({ code: expected });
const words = await tokeniser(wordPiece);
const text = (row: string): string => row;

describe('tokenCollator', () => {
  test('pads ids with the padding token and masks it', () => {
    const { ids, mask } = tokenCollator({ tokeniser: words, text }).collate(['the cat', 'a']);
    expect(ids).toMatchObject({ dtype: 'int64', shape: [2, 4] });
    expect([...ids.data]).toEqual([2n, 5n, 6n, 3n, 2n, 16n, 3n, 0n]);
    expect([...mask.data]).toEqual([1n, 1n, 1n, 1n, 1n, 1n, 1n, 0n]);
  });

  test('gives the types of pairs, to those that ask', () => {
    type Row = { readonly text: string; readonly pair?: string };
    const collator = tokenCollator<Row>({
      tokeniser: words,
      text: (row) => row.text,
      pair: (row) => row.pair,
      types: true,
      dtype: 'int32',
    });
    const { ids, types } = collator.collate([{ text: 'cat', pair: 'a' }, { text: 'cat' }]);
    expect([...ids.data]).toEqual([2, 6, 3, 16, 3, 2, 6, 3, 0, 0]);
    expect([...types.data]).toEqual([0, 0, 0, 1, 1, 0, 0, 0, 0, 0]);
    expect(collator.specs).toEqual({
      ids: { dtype: 'int32', shape: ['batch', 'tokens'] },
      mask: { dtype: 'int32', shape: ['batch', 'tokens'] },
      types: { dtype: 'int32', shape: ['batch', 'tokens'] },
    });
    const plain = tokenCollator<Row>({ tokeniser: words, text: (row) => row.text });
    // @ts-expect-error: types were not asked for.
    void (() => plain.collate([{ text: 'cat' }]).types);
  });

  test('cuts with the special tokens kept, and fills up to a multiple', () => {
    const { ids } = tokenCollator({ tokeniser: words, text, maxTokens: 4, multipleOf: 3 }).collate([
      'the cat sat a',
    ]);
    expect([...ids.data]).toEqual([2n, 5n, 6n, 3n, 0n, 0n]);
  });

  test.each(['', '   ', '\u0000'])(
    'refuses a text without tokens, %j, and names the row',
    (empty) => {
      const collator = tokenCollator({ tokeniser: words, text });
      expect(() => collator.collate(['cat', empty])).toThrow(
        expect.objectContaining({
          code: 'invalid-data',
          given: expect.stringContaining('row 1') as string,
        }) as Error,
      );
    },
  );

  test('keeps a text without tokens if asked: special tokens, or one padding that counts', async () => {
    const keep = { text, empty: 'keep' } as const;
    const kept = tokenCollator({ tokeniser: words, ...keep }).collate(['']);
    expect([...kept.ids.data]).toEqual([2n, 3n]);
    const pieces = await tokeniser(unigram);
    const { ids, mask } = tokenCollator({ tokeniser: pieces, ...keep }).collate(['']);
    expect([[...ids.data], [...mask.data]]).toEqual([[0n], [1n]]);
  });

  test('names the row of what is no text', () => {
    const collator = tokenCollator<unknown>({ tokeniser: words, text: (row) => row as string });
    expect(() => collator.collate(['cat', 7])).toThrow(
      expect.objectContaining({
        code: 'invalid-data',
        where: 'tokenCollator',
        given: expect.stringContaining('row 1') as string,
      }) as Error,
    );
  });

  test('refuses no rows, and sizes of none', () => {
    expect(() => tokenCollator({ tokeniser: words, text }).collate([])).toThrow(code('empty-data'));
    expect(() => tokenCollator({ tokeniser: words, text, maxTokens: 0 })).toThrow(
      code('invalid-option'),
    );
    expect(() => tokenCollator({ tokeniser: words, text, padId: -1 })).toThrow(
      code('invalid-option'),
    );
  });
});

describe('checkTokeniser', () => {
  test('lets the own one pass, and a padded model', () => {
    checkTokeniser(words, 25);
    checkTokeniser(words, 25 + 128);
  });

  test.each([24, 25 + 129, 30_522])('refuses a model of %i rows for 25 ids', (rows) => {
    expect(() => checkTokeniser(words, rows)).toThrow(code('shape-mismatch'));
  });

  test('takes another allowance', () => {
    expect(() => checkTokeniser(words, 26, { spare: 0 })).toThrow(code('shape-mismatch'));
    checkTokeniser(words, 1000, { spare: 975 });
    expect(() => checkTokeniser(words, 0)).toThrow(code('invalid-option'));
  });
});

describe('measureTokeniser', () => {
  test('counts by hand', () => {
    // the, un ##cat ##s, [UNK]: 5 tokens of 3 words and 14 bytes.
    expect(measureTokeniser(words, ['The uncats', 'dög'])).toEqual({
      texts: 2,
      tokens: 5,
      unknownShare: 1 / 5,
      fertility: 5 / 3,
      bytesPerToken: 14 / 5,
    });
  });

  test('finds bytes in bytes', () => {
    const measures = measureTokeniser(byteTokeniser(), ['né 猫']);
    expect(measures).toMatchObject({ unknownShare: 0, bytesPerToken: 1, fertility: 7 / 2 });
  });

  test('refuses texts without tokens', () => {
    expect(() => measureTokeniser(words, [])).toThrow(code('empty-data'));
    expect(() => measureTokeniser(words, [' '])).toThrow(code('empty-data'));
  });
});
