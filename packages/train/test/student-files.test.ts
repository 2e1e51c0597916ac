import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fc, test } from '@fast-check/vitest';
import {
  AutoConfig,
  AutoTokenizer,
  env,
  type PreTrainedTokenizer,
} from '@huggingface/transformers';
import { afterAll, beforeAll, describe, expect } from 'vitest';
import { padId, studentFiles, type StudentFilesOptions } from '../src/student-files.js';

const options: StudentFilesOptions = {
  labels: ['css', 'html', 'c++'],
  maxBytes: 4096,
  family: 'hashed-ngrams',
  weightsSha256: 'ab'.repeat(32),
};

let root = '';
let tokenizer: PreTrainedTokenizer;
beforeAll(async () => {
  root = mkdtempSync(path.join(os.tmpdir(), 'limbeck-files-'));
  mkdirSync(path.join(root, 'student'));
  for (const [name, text] of Object.entries(studentFiles(options))) {
    writeFileSync(path.join(root, 'student', name), text);
  }
  env.allowRemoteModels = false;
  env.localModelPath = root;
  tokenizer = await AutoTokenizer.from_pretrained('student');
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

/** What transformers.js makes of texts, as plain numbers. */
function tokenize(texts: string | string[], more: object = {}) {
  const encoded = tokenizer(texts, {
    padding: true,
    truncation: true,
    return_tensor: false,
    ...more,
  }) as {
    input_ids: number[] | number[][];
    attention_mask: number[] | number[][];
  };
  return encoded;
}

const bytesOf = (text: string): number[] => [...Buffer.from(text, 'utf8')];

describe('studentFiles in transformers.js', () => {
  test.each([
    ['a sequence mark', '<s> a </s>'],
    [
      'names of special tokens',
      '[CLS] x [SEP] [PAD] [MASK] [UNK] <pad> <unk> <|endoftext|> <mask>',
    ],
    ['an emoji of several code points', 'a 👩‍👩‍👧 b'],
    ['a line feed', '\n'],
    ['tabs', '\tif x:\n\t\treturn\n'],
    ['spaces around', '   a   '],
    ['runs of spaces', 'a     b'],
    ['line ends of Windows', 'a\r\nb\r\n'],
    ['a NUL', 'a\0b'],
    [
      'every character of Latin-1',
      Array.from({ length: 256 }, (_, i) => String.fromCharCode(i)).join(''),
    ],
    ['accents that could be normalised', 'é e\u0301 ﬁ Å'],
    ['the character of BERT for spaces and the one of GPT-2', '▁a Ġb ##c'],
    ['a byte order mark', '\ufeffa'],
    ['punctuation and digits', "don't 1234567890 !?…"],
  ])('makes bytes of %s', (_kind, text) => {
    expect(tokenize(text).input_ids).toEqual(bytesOf(text));
  });

  test.prop([fc.string({ unit: 'binary', minLength: 1, maxLength: 80 })])(
    'makes bytes of any text',
    (text) => {
      expect(tokenize(text).input_ids).toEqual(bytesOf(text));
    },
  );

  test('fills up with the padding id on the right, masked', () => {
    const { input_ids: ids, attention_mask: mask } = tokenize(['abc', 'a']);
    expect(ids).toEqual([
      [97, 98, 99],
      [97, padId, padId],
    ]);
    expect(mask).toEqual([
      [1, 1, 1],
      [1, 0, 0],
    ]);
  });

  test('cuts at maxBytes', () => {
    expect(tokenize('é'.repeat(4096)).input_ids).toEqual(bytesOf('é'.repeat(2048)));
  });

  test('gives bytes back as text', () => {
    expect(tokenizer.decode(bytesOf('a <s>\n é 👍'))).toBe('a <s>\n é 👍');
  });

  test('is a known kind of model with our labels', async () => {
    const config = await AutoConfig.from_pretrained('student');
    expect(config).toMatchObject({
      model_type: 'bert',
      id2label: { 0: 'css', 1: 'html', 2: 'c++' },
    });
  });
});

describe('studentFiles', () => {
  const own = (more: Partial<StudentFilesOptions> = {}): unknown => {
    const config = JSON.parse(studentFiles({ ...options, ...more })['config.json'] ?? '') as {
      limbeck: unknown;
    };
    return config.limbeck;
  };

  test('says what a predictor needs', () => {
    expect(own()).toEqual({
      formatVersion: 1,
      family: 'hashed-ngrams',
      inputs: 'bytes',
      maxBytes: 4096,
      padId: 256,
      weightsSha256: 'ab'.repeat(32),
    });
    expect(own({ temperature: 2, model: { buckets: 64 } })).toMatchObject({
      temperature: 2,
      model: { buckets: 64 },
    });
  });

  test('gives the same text for the same options', () => {
    expect(studentFiles(options)).toEqual(studentFiles({ ...options }));
  });

  test.each([
    [{ labels: [] }, 'empty-data'],
    [{ labels: ['a', 'b', 'a'] }, 'duplicate-name'],
    [{ maxBytes: 0 }, 'invalid-option'],
    [{ temperature: 0 }, 'invalid-option'],
  ])('refuses %j', (more, code) => {
    expect(() => studentFiles({ ...options, ...more })).toThrow(expect.objectContaining({ code }));
  });
});
