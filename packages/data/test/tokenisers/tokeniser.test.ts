import { fc, test } from '@fast-check/vitest';
import { type Tokeniser, tokeniser } from '@limbeck/data';
import { bertProcessing, robertaProcessing, Tokenizer as RustTokenizer } from 'tokenizers';
import { describe, expect } from 'vitest';
import { byteBpe, characterBpe, small, unigram, wordPiece } from './small-tokenisers.js';

const code = (expected: string) => expect.objectContaining({ code: expected });
const rust = (json: object): RustTokenizer => RustTokenizer.fromString(JSON.stringify(json));

/** Texts that hold what the small vocabularies know, and much that they do not. */
const texts = fc.oneof(
  fc
    .array(
      fc.constantFrom(
        'the',
        'cat',
        'cats',
        'sat',
        'uncats',
        'café',
        ',',
        '.',
        '!',
        '猫',
        'dog',
        'a',
      ),
    )
    .map((words) => words.join(' ')),
  fc.string({ unit: fc.constantFrom('c', 'a', 't', 'h', 'e', 's', ' ', 'é', 'C', '猫', 'q', ',') }),
);

describe('tokeniser', () => {
  test('splits as worked out by hand', async () => {
    const words = await tokeniser(wordPiece);
    expect(words.encode('The uncats, café dog').tokens).toEqual([
      ...['[CLS]', 'the', 'un', '##cat', '##s', ',', 'cafe', '[UNK]', '[SEP]'],
    ]);
    const bytes = await tokeniser(byteBpe);
    expect(bytes.encode('the cat é').tokens).toEqual(['the', 'Ġcat', 'Ġ', 'Ã©']);
    const pieces = await tokeniser(unigram);
    expect(pieces.encode('the cats').tokens).toEqual(['▁the', '▁cat', 's']);
  });

  test('says what it is', async () => {
    const words = await tokeniser(wordPiece);
    expect(words).toMatchObject({ kind: 'wordpiece', vocabularySize: 25 });
    expect(words.special).toEqual({
      pad: { token: '[PAD]', id: 0 },
      unknown: { token: '[UNK]', id: 1 },
      cls: { token: '[CLS]', id: 2 },
      sep: { token: '[SEP]', id: 3 },
      mask: { token: '[MASK]', id: 4 },
    });
    expect((await tokeniser(byteBpe)).special).toEqual({
      eos: { token: '<|endoftext|>', id: 256 },
    });
    const named = await tokeniser(byteBpe, { pad_token: { content: '<|endoftext|>' } });
    expect(named.special.pad).toEqual({ token: '<|endoftext|>', id: 256 });
    expect([words.tokenId('cat'), words.idToken(6), words.idToken(99)]).toEqual([
      6,
      'cat',
      undefined,
    ]);
  });

  describe.each(Object.entries(small))('%s', (_, json) => {
    test.prop([texts, fc.option(texts, { nil: undefined })], { numRuns: 200 })(
      'gives the ids and types of the Rust library, of one text and of two',
      async (text, pair) => {
        const own = (await cached(json)).encode(text, pair === undefined ? {} : { pair });
        const theirs = await rust(json).encode(text, pair);
        expect(own.ids).toEqual(theirs.getIds());
        expect(own.types).toEqual(theirs.getTypeIds());
        expect(own.mask).toEqual(theirs.getAttentionMask());
      },
    );

    test.prop([texts], { numRuns: 200 })(
      'says where tokens lie as the Rust library does, but for spaces',
      async (text) => {
        const { offsets, texts: of } = (await cached(json)).encode(text, { offsets: true });
        const theirs = (await rust(json).encode(text)).getOffsets();
        const trimmed = theirs.map(([start = 0, end = 0]) => {
          const piece = text.slice(start, end);
          const lead = piece.length - piece.trimStart().length;
          return [start + lead, start + lead + piece.trim().length];
        });
        offsets!.forEach(([start, end], i) => {
          // A token of spaces alone lies where they are.
          if (of[i] === 0 && text.slice(start, end).trim() !== '')
            expect([start, end]).toEqual(trimmed[i]);
        });
      },
    );
  });

  test('cuts two texts as the Rust library does, special tokens counted', async () => {
    const words = 'the cat sat a cat'.split(' ');
    const own = await tokeniser(wordPiece);
    for (let first = 1; first <= 5; first++) {
      for (let second = 0; second <= 5; second++) {
        const [text, pair] = [words.slice(0, first).join(' '), words.slice(5 - second).join(' ')];
        const theirs = rust(wordPiece);
        // The longer text is cut first, by default.
        theirs.setTruncation(9);
        const { ids, cut } = own.encode(text, { pair, maxTokens: 9 });
        expect(ids).toEqual((await theirs.encode(text, pair)).getIds());
        expect(cut).toBe(Math.max(0, first + second + 3 - 9));
      }
    }
  });

  test('takes special tokens in a text for themselves, and finds them', async () => {
    const { ids, offsets } = (await tokeniser(wordPiece)).encode('a [MASK] cat', { offsets: true });
    expect(ids).toEqual([2, 16, 4, 6, 3]);
    expect(offsets).toEqual([
      [0, 0],
      [0, 1],
      [2, 8],
      [9, 12],
      [0, 0],
    ]);
  });

  test('finds a final sigma, which a word alone does not have', async () => {
    const { tokens, offsets } = (await tokeniser(wordPiece)).encode('ΣΟΣ ΣΣ', {
      offsets: true,
      special: false,
    });
    expect(tokens).toEqual(['[UNK]', 'σ', '##ς']);
    expect(offsets).toEqual([
      [0, 3],
      [4, 5],
      [5, 6],
    ]);
  });

  test('finds what normalising composes', async () => {
    const { tokens, offsets } = (await tokeniser(unigram)).encode('cae\u0301 t', { offsets: true });
    expect(tokens).toEqual(['▁', 'c', 'a', 'é', '▁', 't']);
    expect(offsets!.slice(1)).toEqual([
      [0, 1],
      [1, 2],
      [2, 4],
      [4, 5],
      [5, 6],
    ]);
  });

  test('says nothing of offsets where tokens cannot be led back', async () => {
    const swap = { type: 'Replace', pattern: { Regex: 'ca' }, content: 'at' };
    const json = { ...unigram, normalizer: swap };
    const encoding = (await tokeniser(json)).encode('cat', { offsets: true });
    expect(encoding.tokens).toEqual(['▁', 'at', 't']);
    expect(encoding).not.toHaveProperty('offsets');
  });

  test('gives texts back, special tokens if asked', async () => {
    const bytes = await tokeniser(byteBpe);
    const text = 'the cat é 猫<|endoftext|>';
    const { ids } = bytes.encode(text);
    expect(bytes.decode(ids, { special: true })).toBe(text);
    expect(bytes.decode(ids)).toBe('the cat é 猫');
    expect(bytes.decode([])).toBe('');
    expect(bytes.decode([256])).toBe('');
    expect(() => bytes.decode([9999])).toThrow(code('invalid-data'));
  });

  test.each([
    ['BertProcessing', bertProcessing],
    ['RobertaProcessing', robertaProcessing],
  ])('puts around what %s does', async (type, make) => {
    const [sep, cls]: [string, number][] = [
      ['[SEP]', 3],
      ['[CLS]', 2],
    ];
    const own = await tokeniser({ ...wordPiece, post_processor: { type, sep, cls } });
    // Set by its function: from JSON the library takes BERT's for RoBERTa's.
    const theirs = rust(wordPiece);
    theirs.setPostProcessor(make(sep!, cls!));
    for (const pair of [undefined, 'a']) {
      const { ids, types } = own.encode('cat', pair === undefined ? {} : { pair });
      const expected = await theirs.encode('cat', pair);
      expect([ids, types]).toEqual([expected.getIds(), expected.getTypeIds()]);
    }
  });

  test('finds the template in a sequence', async () => {
    const byteLevel = byteBpe.post_processor;
    const json = {
      ...wordPiece,
      post_processor: { type: 'Sequence', processors: [byteLevel, wordPiece.post_processor] },
    };
    expect((await tokeniser(json)).encode('cat').ids).toEqual([2, 6, 3]);
  });

  test('has nothing to say of an empty text but its special tokens', async () => {
    expect((await tokeniser(wordPiece)).encode('')).toMatchObject({ ids: [2, 3], texts: [-1, -1] });
    expect((await tokeniser(unigram)).encode('').ids).toEqual([]);
  });

  test('refuses what is no text, and a text that it has no token for', async () => {
    const words = await tokeniser(wordPiece);
    expect(() => words.encode(7 as never)).toThrow(code('invalid-data'));
    expect(() => words.encode('a', { maxTokens: 2 })).toThrow(code('invalid-option'));
    const without = { ...unigram, model: { ...unigram.model, unk_id: null } };
    const pieces = await tokeniser(without);
    expect(pieces.encode('cat').ids.length).toBeGreaterThan(0);
    expect(() => pieces.encode('dog')).toThrow(code('invalid-data'));
  });

  test('reads JSON of before types had names', async () => {
    const { type: _, ...model } = characterBpe.model;
    const own = (await tokeniser({ ...characterBpe, model })).encode('cats');
    expect(own.ids).toEqual((await tokeniser(characterBpe)).encode('cats').ids);
  });
});

const made = new Map<object, Promise<Tokeniser>>();

/** One tokeniser for all runs of a property. */
function cached(json: object): Promise<Tokeniser> {
  const known = made.get(json) ?? tokeniser(json);
  made.set(json, known);
  return known;
}
