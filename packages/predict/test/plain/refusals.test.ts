import { isLimbeckError, type LimbeckError, Rng } from '@limbeck/core';
import { loadStudentFrom, onnxSessions } from '@limbeck/predict';
import { plainSessions } from '@limbeck/predict/plain';
import * as ort from 'onnxruntime-node';
import { describe, expect, test } from 'vitest';
import { expectedProbabilities, tinyConfig, tinyModel } from '../tiny-student.js';

const files = { config: tinyConfig(), model: tinyModel() };

describe('plainSessions', () => {
  test('runs a file that was not written here', async () => {
    const student = await loadStudentFrom(files, plainSessions());
    const [one] = await student.predict(['abe7']);
    Object.values(one!.probabilities).forEach((p, label) =>
      expect(p).toBeCloseTo(expectedProbabilities('abe7')[label]!, 6),
    );
    await student.dispose();
  });

  test.each([
    ['nothing', new Uint8Array()],
    ['half a file', tinyModel().subarray(0, 900)],
    ['noise', Uint8Array.from({ length: 500 }, (_, i) => (i * 7919) % 251)],
    ['a graph with another output', tinyModel({ output: 'scores' })],
    ['a graph that takes more', tinyModel({ extra: 'pixel_values' })],
  ])('refuses %s as ONNX Runtime is made to', async (_kind, model) => {
    for (const sessions of [plainSessions(), onnxSessions(ort)]) {
      await expect(loadStudentFrom({ ...files, model }, sessions)).rejects.toMatchObject({
        code: 'corrupt-onnx',
      });
    }
  });

  test('lists all operators that it does not know in one error', async () => {
    const model = tinyModel({ operators: ['StringNormalizer', 'TfIdfVectorizer'] });
    const call = loadStudentFrom({ ...files, model }, plainSessions());
    await expect(call).rejects.toMatchObject({
      code: 'unknown-operator',
      given: 'StringNormalizer (1), TfIdfVectorizer (1)',
    });
  });

  test('feeds zeros where a model also takes types of tokens', async () => {
    for (const sessions of [plainSessions(), onnxSessions(ort)]) {
      const model = tinyModel({ extra: 'token_type_ids' });
      const student = await loadStudentFrom({ ...files, model }, sessions);
      const [one] = await student.predict(['abe']);
      expect(one!.probabilities).toMatchObject({
        vowels: expect.closeTo(expectedProbabilities('abe')[0]!, 5) as number,
      });
      await student.dispose();
    }
  });

  test('says which batch it failed at, with the reason', async () => {
    const wrong = await loadStudentFrom(
      { ...files, config: tinyConfig({ padId: 999 }) },
      plainSessions(),
    );
    const call = wrong.predict(['a', 'bbb']);
    await expect(call).rejects.toMatchObject({
      code: 'engine-failed',
      cause: { code: 'invalid-data' },
    });
  });

  test('answers every damaged file with an answer or an error of ours', async () => {
    const rng = Rng.from(5).stream('damage');
    const whole = tinyModel();
    const codes = new Set<string>();
    for (let i = 0; i < 400; i++) {
      const model = Uint8Array.from(whole);
      for (let n = 0; n <= rng.integer(3); n++) model[rng.integer(model.length)] = rng.integer(256);
      // Beyond the table, where damage shows in the graph.
      model[model.length - 1 - rng.integer(400)] = rng.integer(256);
      try {
        const student = await loadStudentFrom({ ...files, model }, plainSessions());
        await student.predict(['abe']);
        codes.add('fine');
      } catch (error) {
        expect(isLimbeckError(error), String(error)).toBe(true);
        codes.add((error as LimbeckError).code);
      }
    }
    expect([...codes]).toEqual(expect.arrayContaining(['fine', 'corrupt-onnx']));
  });
});
