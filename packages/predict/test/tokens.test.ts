import { loadStudentFrom, onnxSessions } from '@limbeck/predict';
import { plainSessions } from '@limbeck/predict/plain';
import * as ort from 'onnxruntime-node';
import { describe, expect, test } from 'vitest';
import { parseConfig, type TokenStudentConfig } from '../src/config.js';
import { tokenEncoder } from '../src/tokens.js';
import {
  tokenConfig,
  tokenFiles,
  tokenizerJson,
  tokenModel,
  vocabulary,
} from './support/token-student.js';

const engines = [
  ['ONNX Runtime', onnxSessions(ort)],
  ['plain TypeScript', plainSessions()],
] as const;

/** The probability of `bad` by the sums of its logits, worked out by hand. */
const badness = (good: number, bad: number): number => 1 / (1 + Math.exp(good - bad));

describe.each(engines)('a student of tokens on %s', (_name, sessions) => {
  test('reads texts by its tokenizer, whatever their lengths', async () => {
    const student = await loadStudentFrom(tokenFiles, sessions, { labels: ['good', 'bad'] });
    const answers = await student.predict(['Very good DAY', 'not good', 'nothing known', '']);
    // [CLS] adds 0.25 to good, [SEP] 0.5 to bad.
    const expected = [
      badness(0.25 + 0.5 + 2 + 0.125, 0.5 + 0.5),
      badness(0.25 + 2, 0.5 + 1),
      badness(0.25, 0.5),
      badness(0.25, 0.5),
    ];
    expected.forEach((p, i) => expect(answers[i]!.probabilities.bad).toBeCloseTo(p, 6));
    await student.dispose();
  });

  test('cuts a long text, and keeps the special tokens around it', async () => {
    const student = await loadStudentFrom(tokenFiles, sessions);
    const [long, cut] = await student.predict([
      `${'good '.repeat(4)}${'bad '.repeat(50)}`,
      'good good good good',
    ]);
    expect(long).toEqual(cut);
    await student.dispose();
  });

  test('refuses a tokenizer with other ids than config.json says', async () => {
    const tokenizer = tokenizerJson([...vocabulary, 'more']);
    const call = loadStudentFrom({ ...tokenFiles, tokenizer }, sessions);
    await expect(call).rejects.toMatchObject({
      code: 'shape-mismatch',
      given: 'a tokenizer.json with ids up to 9',
    });
  });

  test('refuses a model with fewer rows than the tokenizer has ids', async () => {
    const files = {
      ...tokenFiles,
      model: tokenModel(7),
      config: tokenConfig({ vocabulary: undefined }),
    };
    await expect(loadStudentFrom(files, sessions)).rejects.toMatchObject({
      code: 'shape-mismatch',
      given: 'a model that fails at the token 8',
    });
  });
});

describe('tokenEncoder', () => {
  const config = parseConfig(tokenFiles.config) as TokenStudentConfig;

  test.each([
    ['nothing', undefined, 'data-missing'],
    ['text that is no JSON', '{"model"', 'corrupt-file'],
    ['another JSON', '{"model":{"type":"none"}}', 'corrupt-file'],
  ])('refuses %s in place of tokenizer.json', async (_kind, tokenizer, code) => {
    await expect(tokenEncoder(config, { tokenizer })).rejects.toMatchObject({ code });
  });

  test('says how to get the package where it is not installed', async () => {
    const cause = new Error('Cannot find package');
    const call = tokenEncoder(config, tokenFiles, async () => {
      throw cause;
    });
    await expect(call).rejects.toBe(cause);
  });

  test('keeps no more than maxTokens where special tokens alone are more', async () => {
    const encoder = await tokenEncoder({ ...config, maxTokens: 1 }, tokenFiles);
    expect(encoder.encode('good day')).toEqual({ ids: [2], isCut: true });
  });
});

describe('a tokenizer that leaves nothing of a text', () => {
  test('is an error at that text', async () => {
    const tokenizer = tokenizerJson(vocabulary, { special: false });
    const student = await loadStudentFrom({ ...tokenFiles, tokenizer }, plainSessions());
    await expect(student.predict(['good', '  '])).rejects.toMatchObject({
      code: 'empty-data',
      where: 'predict, text 1',
    });
  });
});
