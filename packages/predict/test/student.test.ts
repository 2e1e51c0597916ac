import { fc, test } from '@fast-check/vitest';
import { loadStudentFrom, onnxSessions, type SessionFactory, type Student } from '@limbeck/predict';
import * as ort from 'onnxruntime-node';
import { afterAll, beforeAll, describe, expect, expectTypeOf } from 'vitest';
import { expectedProbabilities, labels, tinyConfig, tinyModel } from './tiny-student.js';

const sessions = onnxSessions(ort);
const files = { config: tinyConfig(), model: tinyModel() };
let student: Student<(typeof labels)[number]>;
beforeAll(async () => {
  student = await loadStudentFrom(files, sessions, { labels, batchSize: 4 });
});
afterAll(() => student.dispose());

/** A session that answers without an engine. */
function fake(logits: (size: number) => readonly number[]): SessionFactory {
  return async () => ({
    run: async (_batch, size) => Float32Array.from(logits(size)),
    dispose: async () => undefined,
  });
}

describe('predict', () => {
  test('gives the label and all probabilities', async () => {
    // Two vowels and one other byte: logits 2, 0, 0.5.
    const [one] = await student.predict(['abe']);
    const sum = Math.exp(2) + 1 + Math.exp(0.5);
    expect(one?.label).toBe('vowels');
    expect(one?.probability).toBeCloseTo(Math.exp(2) / sum, 6);
    expect(one?.probabilities.digits).toBeCloseTo(1 / sum, 6);
    expect(one?.probabilities.other).toBeCloseTo(Math.exp(0.5) / sum, 6);
  });

  test.prop([fc.array(fc.string({ unit: 'binary', maxLength: 20 }), { maxLength: 11 })])(
    'agrees with a plain sum over bytes for any texts, in their order, however they share batches',
    async (texts) => {
      const predictions = await student.predict(texts);
      expect(predictions).toHaveLength(texts.length);
      texts.forEach((text, i) => {
        const values = Object.values(predictions[i]?.probabilities ?? {});
        expectedProbabilities(text).forEach((p, label) => expect(values[label]).toBeCloseTo(p, 5));
        expect(values.reduce((a, b) => a + b, 0)).toBeCloseTo(1, 12);
        expect(predictions[i]?.probability).toBe(Math.max(...values));
      });
    },
  );

  test('gives no predictions for no texts', async () => {
    expect(await student.predict([])).toEqual([]);
  });

  test('reads an empty text as a line feed', async () => {
    const [empty, lineFeed] = await student.predict(['', '\n']);
    expect(empty).toEqual(lineFeed);
  });

  test('reads no more than maxBytes, even where that cuts a character', async () => {
    const [cut, whole] = await student.predict([`${'a'.repeat(15)}é1`, 'a'.repeat(15)]);
    // The first half of é is one more "other" byte; the digit lies beyond.
    expect(cut?.probabilities.other).toBeGreaterThan(whole?.probabilities.other ?? 1);
    expect(cut?.probabilities.digits).toBeCloseTo(
      expectedProbabilities(`${'a'.repeat(15)}é`)[1] ?? 0,
      6,
    );
  });

  test('divides by the temperature of the config', async () => {
    const warm = await loadStudentFrom(
      { ...files, config: tinyConfig({ temperature: 4 }) },
      sessions,
    );
    const [one] = await warm.predict(['abe']);
    expect(one?.probability).toBeCloseTo(expectedProbabilities('abe', 4)[0] ?? 0, 6);
    await warm.dispose();
  });

  test('does not overflow for huge logits', async () => {
    const sure = await loadStudentFrom(
      files,
      fake(() => [1e30, -1e30, 0]),
    );
    const [one] = await sure.predict(['a']);
    expect(Object.values(one?.probabilities ?? {})).toEqual([1, 0, 0]);
  });

  test('is typed by its labels', () => {
    type Predicted = Awaited<ReturnType<typeof student.predict>>[number];
    expectTypeOf<Predicted['label']>().toEqualTypeOf<'vowels' | 'digits' | 'other'>();
    // @ts-expect-error: no such label.
    expectTypeOf<Predicted['probabilities']['letters']>();
  });

  test('stops between batches when aborted', async () => {
    const controller = new AbortController();
    let runs = 0;
    const slow = await loadStudentFrom(
      files,
      fake((size) => {
        runs += 1;
        if (runs === 2) controller.abort();
        return Array.from<number>({ length: size * 3 }).fill(0);
      }),
      { batchSize: 1 },
    );
    const call = slow.predict(['a', 'b', 'c', 'd'], { abortSignal: controller.signal });
    await expect(call).rejects.toMatchObject({
      code: 'aborted',
      given: expect.stringContaining('2 of 4') as string,
    });
    expect(runs).toBe(2);
  });

  test('refuses to predict after dispose, which may be called twice', async () => {
    const gone = await loadStudentFrom(files, sessions);
    await gone.dispose();
    await gone.dispose();
    await expect(gone.predict(['a'])).rejects.toMatchObject({ code: 'disposed' });
  });

  test('refuses logits of the wrong size or that are not finite', async () => {
    const short = await loadStudentFrom(
      files,
      fake(() => [1, 2]),
    );
    await expect(short.predict(['a'])).rejects.toMatchObject({ code: 'shape-mismatch' });
    const broken = await loadStudentFrom(
      files,
      fake(() => [1, Number.NaN, 2]),
    );
    await expect(broken.predict(['a'])).rejects.toMatchObject({ code: 'engine-failed' });
  });

  test('tells the texts apart from the engine that fails at them', async () => {
    // An id beyond the table: the engine refuses to gather it.
    const wrong = await loadStudentFrom({ ...files, config: tinyConfig({ padId: 999 }) }, sessions);
    await expect(wrong.predict(['a', 'bbb'])).rejects.toMatchObject({ code: 'engine-failed' });
    await wrong.dispose();
  });
});

describe('loadStudentFrom', () => {
  test('refuses labels that the student does not have', async () => {
    const call = loadStudentFrom(files, sessions, { labels: ['vowels', 'digits', 'letters'] });
    await expect(call).rejects.toMatchObject({ code: 'invalid-option' });
    await expect(call).rejects.toThrow(/lacks \[letters\] and also has \[other\]/);
  });

  test.each([{ batchSize: 0 }, { batchSize: 1.5 }])('refuses %j', async (options) => {
    await expect(loadStudentFrom(files, sessions, options)).rejects.toMatchObject({
      code: 'invalid-option',
    });
  });

  test('refuses less than one thread', () => {
    expect(() => onnxSessions(ort, { threads: 0 })).toThrow(
      expect.objectContaining({ code: 'invalid-option' }),
    );
  });

  test.each([
    ['nothing', new Uint8Array()],
    ['half a file', tinyModel().subarray(0, 900)],
    ['noise', Uint8Array.from({ length: 500 }, (_, i) => (i * 7919) % 251)],
    ['a graph with another output', tinyModel({ output: 'scores' })],
  ])('refuses %s as a model', async (_kind, model) => {
    await expect(loadStudentFrom({ ...files, model }, sessions)).rejects.toMatchObject({
      code: 'corrupt-onnx',
    });
  });
});
