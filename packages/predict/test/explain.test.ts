import { fc, test } from '@fast-check/vitest';
import { loadStudentFrom, onnxSessions, type Student } from '@limbeck/predict';
import * as ort from 'onnxruntime-node';
import { afterAll, beforeAll, describe, expect } from 'vitest';
import { logOdds, spansOf, without } from '../src/explain.js';
import { tokenFiles, tokenizerJson, vocabulary } from './support/token-student.js';
import { labels, tinyConfig, tinyModel } from './tiny-student.js';

let student: Student<(typeof labels)[number]>;
beforeAll(async () => {
  const files = { config: tinyConfig({ maxBytes: 64 }), model: tinyModel() };
  student = await loadStudentFrom(files, onnxSessions(ort), { labels });
});
afterAll(() => student.dispose());

describe('explain', () => {
  test('scores each word by what the label loses without it', async () => {
    const { label, probability, pieces } = await student.explain('aei 12 xyz');
    const [whole] = await student.predict(['aei 12 xyz']);
    expect({ label, probability }).toEqual({ label: 'digits', probability: whole!.probability });
    expect(pieces.map(({ text, start, end }) => [text, start, end])).toEqual([
      ['aei', 0, 3],
      ['12', 4, 6],
      ['xyz', 7, 10],
    ]);
    // Logits of the whole: vowels 3, digits 4, other 2.5 with the two blanks.
    const odds = (vowels: number, digits: number, other: number): number =>
      digits - Math.log(Math.exp(vowels) + Math.exp(other));
    const all = odds(3, 4, 2.5);
    expect(pieces[0]!.score).toBeCloseTo(all - odds(0, 4, 2.5), 4);
    expect(pieces[1]!.score).toBeCloseTo(all - odds(3, 0, 2.5), 4);
    expect(pieces[2]!.score).toBeCloseTo(all - odds(3, 4, 1), 4);
  });

  test('explains another label than the answer', async () => {
    const { label, pieces } = await student.explain('aei 12', { label: 'vowels' });
    expect(label).toBe('vowels');
    expect(pieces[0]!.score).toBeGreaterThan(0);
    expect(pieces[1]!.score).toBeLessThan(0);
  });

  test('takes neighbours together where a text has too many words', async () => {
    const { pieces } = await student.explain('a 1 b 2 c', { maxPieces: 2 });
    expect(pieces.map(({ text }) => text)).toEqual(['a 1 b', '2 c']);
  });

  test('looks at no more of a long text than the student reads', async () => {
    const long = `12 aé${' xyz'.repeat(50_000)}`;
    const { label, pieces } = await student.explain(long);
    // 64 bytes, six of them before the first blank with xyz.
    expect(pieces.map(({ text }) => text)).toEqual([
      '12',
      'aé',
      ...Array<string>(14).fill('xyz'),
      'x',
    ]);
    // Digits speak against `other`, which the rest is.
    expect(label).toBe('other');
    expect(pieces[0]!.score).toBeLessThan(0);
    const tokens = await loadStudentFrom(tokenFiles, onnxSessions(ort));
    const words = await tokens.explain(`very good day ${'bad '.repeat(5000)}`);
    // Six tokens, two of them special.
    expect(words.pieces.map(({ text }) => text)).toEqual(['very', 'good', 'day', 'bad']);
    await tokens.dispose();
  });

  test('explains a text of one word, and one of none', async () => {
    expect((await student.explain('aei')).pieces).toHaveLength(1);
    expect((await student.explain('  ')).pieces).toEqual([]);
    expect((await student.explain('')).pieces).toEqual([]);
  });

  test('explains a word without which a tokenizer leaves nothing', async () => {
    const tokenizer = tokenizerJson(vocabulary, { special: false });
    const bare = await loadStudentFrom({ ...tokenFiles, tokenizer }, onnxSessions(ort));
    const { label, pieces } = await bare.explain('good');
    expect(label).toBe('good');
    // The word gives log-odds of 2; without it both labels are equally likely.
    expect(pieces).toEqual([{ text: 'good', start: 0, end: 4, score: 2 }]);
    await bare.dispose();
  });

  test('refuses a label that the student does not have, and a number of pieces below 1', async () => {
    const unknown = student.explain('a', { label: 'letters' as 'other' });
    await expect(unknown).rejects.toMatchObject({ code: 'unknown-name' });
    await expect(student.explain('a', { maxPieces: 0 })).rejects.toMatchObject({
      code: 'invalid-option',
    });
  });

  test('stops when aborted', async () => {
    const call = student.explain('a b c', { abortSignal: AbortSignal.abort() });
    await expect(call).rejects.toMatchObject({ code: 'aborted' });
  });
});

describe('spansOf', () => {
  test.prop([fc.string({ unit: 'binary', maxLength: 60 }), fc.integer({ min: 1, max: 20 })])(
    'gives pieces in order, never more than asked for, and leaves blanks alone',
    (text, most) => {
      const spans = spansOf(text, most);
      expect(spans.length).toBeLessThanOrEqual(most);
      let last = 0;
      for (const { start, end } of spans) {
        expect(start).toBeGreaterThanOrEqual(last);
        expect(end).toBeGreaterThan(start);
        expect(text.slice(start, end)).toMatch(/^\S/u);
        last = end;
      }
      expect(without(text, spans).trim()).toBe('');
    },
  );
});

describe('logOdds', () => {
  test('keeps what a probability near 1 loses', () => {
    expect(logOdds(Float32Array.of(100, 0, 0), 0)).toBeCloseTo(100 - Math.log(2), 4);
    expect(logOdds(Float32Array.of(5), 0)).toBe(0);
  });
});
