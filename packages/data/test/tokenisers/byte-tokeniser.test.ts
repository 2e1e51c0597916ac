import { fc, test } from '@fast-check/vitest';
import { byteTokeniser } from '@limbeck/data';
import { describe, expect } from 'vitest';

const code = (expected: string) => expect.objectContaining({ code: expected });
const bytes = byteTokeniser();

describe('byteTokeniser', () => {
  test('makes a text its UTF-8 bytes', () => {
    expect(bytes.encode('né')).toEqual({
      ids: [110, 195, 169],
      tokens: ['<0x6E>', '<0xC3>', '<0xA9>'],
      mask: [1, 1, 1],
      types: [0, 0, 0],
      texts: [0, 0, 0],
      cut: 0,
    });
    expect(bytes).toMatchObject({ kind: 'bytes', vocabularySize: 257 });
  });

  test.prop([fc.string({ unit: 'binary' })])('gives every text back', (text) => {
    const { ids } = bytes.encode(text);
    expect(ids).toEqual([...Buffer.from(text)]);
    expect(bytes.decode(ids)).toBe(text);
  });

  test.prop([fc.string({ unit: 'grapheme' })])('says where each byte lies', (text) => {
    const { ids, offsets } = bytes.encode(text, { offsets: true });
    expect(offsets).toHaveLength(ids.length);
    // The characters at the offsets, each once, are the text.
    const starts = offsets!.filter(([start], i) => i === 0 || offsets![i - 1]![0] !== start);
    expect(starts.map(([start, end]) => text.slice(start, end)).join('')).toBe(text);
  });

  test('puts a second text behind, cuts the longer one, and fills up', () => {
    const { ids, types, texts, mask, cut } = bytes.encode('abcdef', {
      pair: 'xy',
      maxTokens: 6,
      padTo: 8,
    });
    expect(String.fromCharCode(...ids.slice(0, 6))).toBe('abcdxy');
    expect(ids.slice(6)).toEqual([256, 256]);
    expect(mask).toEqual([1, 1, 1, 1, 1, 1, 0, 0]);
    expect(types).toEqual([0, 0, 0, 0, 1, 1, 0, 0]);
    expect(texts).toEqual([0, 0, 0, 0, 1, 1, -1, -1]);
    expect(cut).toBe(2);
  });

  test('keeps padding apart when it decodes, unless asked', () => {
    const ids = [104, 105, 256, 256];
    expect(bytes.decode(ids)).toBe('hi');
    expect(bytes.decode(ids, { special: true })).toBe('hi<pad><pad>');
    expect(byteTokeniser({ padId: 0 }).vocabularySize).toBe(256);
  });

  test('names its tokens', () => {
    expect([bytes.idToken(10), bytes.tokenId('<0x0A>')]).toEqual(['<0x0A>', 10]);
    expect([bytes.idToken(256), bytes.tokenId('<pad>')]).toEqual(['<pad>', 256]);
    expect([bytes.idToken(257), bytes.tokenId('a')]).toEqual([undefined, undefined]);
  });

  test('refuses what is no text, no id, no room', () => {
    expect(() => bytes.encode(undefined as never)).toThrow(code('invalid-data'));
    expect(() => bytes.decode([257])).toThrow(code('invalid-data'));
    expect(() => bytes.decode([1.5])).toThrow(code('invalid-data'));
    expect(() => bytes.encode('ab', { maxTokens: 0 })).toThrow(code('invalid-option'));
    expect(() => bytes.encode('ab', { pair: 'c', maxTokens: 1 })).toThrow(code('invalid-option'));
    expect(() => byteTokeniser({ padId: -1 })).toThrow(code('invalid-option'));
  });
});
