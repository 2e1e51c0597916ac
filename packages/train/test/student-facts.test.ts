import { describe, expect, test } from 'vitest';
import type { StudentFacts } from '../src/student-facts.js';
import { studentFiles, type StudentFilesOptions } from '../src/student-files.js';
import { idsOf } from '../src/student-tokenizer.js';

const options: StudentFilesOptions = {
  labels: ['good', 'bad'],
  maxBytes: 64,
  family: 'ngram',
  weightsSha256: 'ab'.repeat(32),
};
const bert = { type: 'WordPiece', vocab: { '[PAD]': 0, good: 1, bad: 2 } };
const tokenizer = {
  json: JSON.stringify({ model: bert, added_tokens: [{ id: 5, content: '[CLS]' }] }),
  maxTokens: 32,
  padId: 0,
};

function ownOf(more: Partial<StudentFilesOptions>): { readonly [key: string]: unknown } {
  const text = studentFiles({ ...options, ...more })['config.json']!;
  return (JSON.parse(text) as { limbeck: { readonly [key: string]: unknown } }).limbeck;
}

describe('what config.json says beside labels', () => {
  test('is stored as it was given, and the format stays the first', () => {
    const facts: StudentFacts = {
      calibration: { kind: 'isotonic', x: [0, 0.5, 1], y: [0, 0.4, 1] },
      field: 'mood',
      schema: { type: 'object', properties: { mood: { enum: ['good', 'bad'] } } },
      threshold: { label: 'bad', probability: 0.8, precision: 0.95 },
    };
    expect(ownOf(facts)).toMatchObject({ ...facts, formatVersion: 1 });
  });

  test('is left out where nothing was given', () => {
    expect(Object.keys(ownOf({})).sort()).toEqual(
      ['formatVersion', 'family', 'inputs', 'maxBytes', 'padId', 'weightsSha256'].sort(),
    );
  });

  test('has a temperature for versions that know no other calibration', () => {
    const calibration = { kind: 'temperature', temperature: 1.5 } as const;
    expect(ownOf({ calibration })).toMatchObject({ calibration, temperature: 1.5 });
    expect(ownOf({ calibration: { kind: 'platt', a: 1, b: 0 } })).not.toHaveProperty('temperature');
  });

  test.each([
    ['a temperature of 0', { calibration: { kind: 'temperature', temperature: 0 } }],
    ['a slope below 0', { calibration: { kind: 'platt', a: -1, b: 0 } }],
    ['points that fall', { calibration: { kind: 'isotonic', x: [0, 1], y: [1, 0] } }],
    ['points without values', { calibration: { kind: 'isotonic', x: [0, 1], y: [1] } }],
    ['another calibration', { calibration: { kind: 'beta' } as never }],
    ['a field without a name', { field: '' }],
    ['a threshold above 1', { threshold: { probability: 2, precision: 0.9 } }],
    [
      'a label that there is not',
      { threshold: { label: 'odd', probability: 0.5, precision: 0.9 } },
    ],
  ] satisfies [string, StudentFacts][])('refuses %s', (_name, facts) => {
    expect(() => ownOf(facts)).toThrow(expect.objectContaining({ code: 'invalid-option' }));
  });
});

describe('a student of tokens', () => {
  const { maxBytes: _none, ...rest } = options;
  const files = studentFiles({ ...rest, tokenizer });

  test('says what it reads in a format of its own, which older versions refuse', () => {
    const config = JSON.parse(files['config.json']!) as object;
    expect(config).toMatchObject({
      vocab_size: 6,
      pad_token_id: 0,
      max_position_embeddings: 32,
      limbeck: { formatVersion: 2, inputs: 'tokens', maxTokens: 32, padId: 0, vocabulary: 6 },
    });
    expect(config).not.toHaveProperty('limbeck.maxBytes');
  });

  test("ships the caller's tokenizer as it is", () => {
    expect(files['tokenizer.json']).toBe(tokenizer.json);
    expect(JSON.parse(files['tokenizer_config.json']!)).toMatchObject({ model_max_length: 32 });
    const config = '{"tokenizer_class":"BertTokenizer"}';
    const own = studentFiles({ ...rest, tokenizer: { ...tokenizer, config } });
    expect(own['tokenizer_config.json']).toBe(config);
  });

  test.each([
    [
      {
        type: 'Unigram',
        vocab: [
          ['<unk>', 0],
          ['a', -1],
          ['b', -2],
        ],
      },
      3,
    ],
    [{ type: 'BPE', vocab: { a: 0, b: 7 }, merges: [] }, 8],
  ])('has as many ids as the largest one says: %j', (model, ids) => {
    expect(idsOf({ ...tokenizer, json: JSON.stringify({ model }) })).toBe(ids);
  });

  test.each([
    ['no JSON', { json: '{' }, 'invalid-data'],
    ['no tokenizer', { json: '{}' }, 'invalid-data'],
    ['a tokenizer without tokens', { json: '{"model":{"vocab":{}}}' }, 'invalid-data'],
    ['no length', { maxTokens: 0 }, 'invalid-option'],
    ['a padding id below 0', { padId: -1 }, 'invalid-option'],
  ])('refuses %s', (_name, more, code) => {
    const call = (): unknown => studentFiles({ ...rest, tokenizer: { ...tokenizer, ...more } });
    expect(call).toThrow(expect.objectContaining({ code }));
  });
});
