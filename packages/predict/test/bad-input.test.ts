import { loadStudentFrom, onnxSessions } from '@limbeck/predict';
import { plainSessions } from '@limbeck/predict/plain';
import * as ort from 'onnxruntime-node';
import { describe, expect, test } from 'vitest';
import { tokenFiles } from './support/token-student.js';
import { tinyConfig, tinyModel } from './tiny-student.js';

const files = { config: tinyConfig(), model: tinyModel() };
const engines = [
  ['ONNX Runtime', onnxSessions(ort)],
  ['plain TypeScript', plainSessions()],
] as const;

describe.each(engines)('bad input on %s', (_name, sessions) => {
  test('an empty text is refused where that was asked for', async () => {
    for (const each of [files, tokenFiles]) {
      const student = await loadStudentFrom(each, sessions, { emptyText: 'refuse' });
      await expect(student.predict(['a', ''])).rejects.toMatchObject({
        code: 'empty-data',
        where: 'predict, text 1',
      });
      await expect(student.explain('')).rejects.toMatchObject({ code: 'empty-data' });
      expect(await student.predict(['good'])).toHaveLength(1);
      await student.dispose();
    }
  });

  test('a text longer than the student reads is refused where that was asked for', async () => {
    const strict = await loadStudentFrom(files, sessions, { longText: 'refuse' });
    expect(await strict.predict(['a'.repeat(16)])).toHaveLength(1);
    await expect(strict.predict(['a'.repeat(17)])).rejects.toMatchObject({
      code: 'invalid-data',
      expected: 'at most 16 bytes',
    });
    const tokens = await loadStudentFrom(tokenFiles, sessions, { longText: 'refuse' });
    await expect(tokens.predict(['good '.repeat(9)])).rejects.toMatchObject({
      code: 'invalid-data',
      expected: 'at most 6 tokens',
    });
    await Promise.all([strict.dispose(), tokens.dispose()]);
  });

  test('a huge text costs what a cut one does', async () => {
    const student = await loadStudentFrom(files, sessions);
    const [huge, cut] = await student.predict(['é1'.repeat(20_000_000), 'é1'.repeat(10)]);
    expect(huge).toEqual(cut);
    await student.dispose();
  });

  test.each(['a text', undefined, null, { 0: 'a' }])('%j is no list of texts', async (value) => {
    const student = await loadStudentFrom(files, sessions);
    await expect(student.predict(value as unknown as string[])).rejects.toMatchObject({
      code: 'invalid-data',
      next: 'Pass [text] for a single one.',
    });
    await student.dispose();
  });

  test.each([undefined, null, 7, ['a'], { text: 'a' }])('%j is no text', async (value) => {
    const student = await loadStudentFrom(files, sessions);
    await expect(student.predict(['a', value as unknown as string])).rejects.toMatchObject({
      code: 'invalid-data',
      where: 'predict, text 1',
    });
    await student.dispose();
  });
});
