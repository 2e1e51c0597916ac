import { expect, test } from 'vitest';
import { byteCharacters } from '../../../src/tokenisers/align/byte-characters.js';
import { cutModel, leastSize } from '../../../src/node/tokenisers/cut-vocabulary.js';

const wanted = { special: ['[UNK]'], unknown: '[UNK]', characters: new Map([['a', 3]]) };

test('keeps the first merges, a token called __proto__ among them', () => {
  const merges = ['_ _', 'p r', 'o t', 'pr ot', 'prot o', '__ proto', '__proto __', 'a b'];
  const size = leastSize('bpe', 1) + 7;
  const { model, size: made } = cutModel('bpe', { merges }, { ...wanted, size });
  const vocab = model['vocab'] as { readonly [token: string]: number };
  expect(made).toBe(size);
  expect(Object.keys(vocab)).toHaveLength(size);
  expect(Object.getOwnPropertyDescriptor(vocab, '__proto__')?.value).toBe(257 + 6);
  expect(new Set(Object.values(vocab))).toEqual(new Set(Array.from({ length: size }, (_, i) => i)));
  expect(model['merges']).toHaveLength(7);
  expect(vocab[byteCharacters[0]!]).toBe(1);
});
