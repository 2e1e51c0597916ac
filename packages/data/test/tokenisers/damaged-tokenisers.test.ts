import { fc, test } from '@fast-check/vitest';
import { isLimbeckError } from '@limbeck/core';
import { tokeniser } from '@limbeck/data';
import { describe, expect } from 'vitest';
import { loadLibrary } from '../../src/tokenisers/load-library.js';
import { byteBpe, characterBpe, small, unigram, wordPiece } from './small-tokenisers.js';

const { model } = wordPiece;
const template = wordPiece.post_processor;

describe('a damaged tokenizer.json', () => {
  test.each([
    ['null', null],
    ['a list', []],
    ['no model', { ...wordPiece, model: undefined }],
    ['a model of another type', { ...wordPiece, model: { ...model, type: 'WordLevel' } }],
    ['no vocabulary', { ...wordPiece, model: { ...model, vocab: undefined } }],
    ['an empty one', { ...wordPiece, added_tokens: [], model: { ...model, vocab: {} } }],
    ['a list for an object', { ...wordPiece, model: { ...model, vocab: [['a', 0]] } }],
    ['an object for a list', { ...unigram, model: { ...unigram.model, vocab: { a: 0 } } }],
    ['an id below 0', { ...wordPiece, model: { ...model, vocab: { ...model.vocab, cat: -1 } } }],
    ['an id of half', { ...wordPiece, model: { ...model, vocab: { ...model.vocab, cat: 0.5 } } }],
    ['a huge id', { ...wordPiece, model: { ...model, vocab: { ...model.vocab, cat: 2 ** 31 } } }],
    ['an id twice', { ...wordPiece, model: { ...model, vocab: { ...model.vocab, cat: 7 } } }],
    ['an added token on another', { ...wordPiece, added_tokens: [{ id: 6, content: 'x' }] }],
    ['an added token without a name', { ...wordPiece, added_tokens: [{ id: 99 }] }],
    ['an unknown token that it lacks', { ...wordPiece, model: { ...model, unk_token: '<?>' } }],
    ['an unknown piece out of range', { ...unigram, model: { ...unigram.model, unk_id: 99 } }],
    ['a piece without a score', { ...unigram, model: { ...unigram.model, vocab: [['a', null]] } }],
    ['no merges', { ...byteBpe, model: { ...byteBpe.model, merges: undefined } }],
    ['a merge of one', { ...characterBpe, model: { ...characterBpe.model, merges: ['c'] } }],
    [
      'a merge of strangers',
      { ...characterBpe, model: { ...characterBpe.model, merges: ['x y'] } },
    ],
    [
      'a template of strangers',
      { ...wordPiece, post_processor: { ...template, single: [{ SpecialToken: { id: '<x>' } }] } },
    ],
    [
      'a template of others',
      { ...wordPiece, post_processor: { ...template, single: [{ Sequence: { id: 'C' } }] } },
    ],
    [
      'two templates',
      { ...wordPiece, post_processor: { type: 'Sequence', processors: [template, template] } },
    ],
    ['an unknown template', { ...wordPiece, post_processor: { type: 'Other' } }],
    ['an unknown normaliser', { ...wordPiece, normalizer: { type: 'Other' } }],
    ['an unknown decoder', { ...wordPiece, decoder: { type: 'Other' } }],
  ])('is refused: %s', async (_, json) => {
    await expect(tokeniser(json)).rejects.toMatchObject({
      code: 'invalid-data',
      where: 'tokeniser',
      next: expect.stringContaining('tokenizer.json') as string,
    });
  });

  const names = Object.keys(small) as (keyof typeof small)[];
  const wrong = fc.constantFrom(null, undefined, -1, 0.5, 1e9, '', 'x', [], {}, [['x']], true);
  test.prop([fc.constantFrom(...names), fc.array(fc.nat(), { maxLength: 4 }), wrong], {
    numRuns: 1000,
  })('wherever it is damaged, never fails in another way', async (name, path, value) => {
    const json = structuredClone(small[name]) as unknown;
    damage(json, path, value);
    try {
      (await tokeniser(json)).encode('The cats, café 猫', { pair: 'a', offsets: true });
    } catch (error) {
      expect(isLimbeckError(error), String(error)).toBe(true);
    }
  });
});

test('says which package to install where it is missing', async () => {
  const missing = loadLibrary(() => Promise.reject(new Error('Cannot find package')));
  await expect(missing).rejects.toMatchObject({
    code: 'missing-dependency',
    message: expect.stringContaining('npm install @huggingface/tokenizers') as string,
  });
});

/** Puts a value somewhere into a tree. */
function damage(json: unknown, path: readonly number[], value: unknown): void {
  let place = json as { [key: string]: unknown };
  let key = '';
  for (const step of [...path, 0]) {
    const keys = Object.keys(place);
    if (keys.length === 0) return;
    key = keys[step % keys.length]!;
    const next = place[key];
    if (typeof next !== 'object' || next === null || step === path.at(-1)) break;
    place = next as { [key: string]: unknown };
  }
  place[key] = value;
}
