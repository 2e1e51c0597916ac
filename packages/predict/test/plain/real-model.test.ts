import { readFileSync } from 'node:fs';
import path from 'node:path';
import { gunzipSync } from 'node:zlib';
import { loadStudentFrom, onnxSessions, type Student } from '@limbeck/predict';
import { plainSessions } from '@limbeck/predict/plain';
import * as ort from 'onnxruntime-node';
import { expect, test } from 'vitest';
import { requires } from '../../../../test-support/requires.js';

interface Row {
  readonly text: string;
  readonly label: number;
}

test('a BERT that was trained elsewhere runs in plain TypeScript as on ONNX Runtime, with its own tokenizer', async (context) => {
  const data = requires('data', context);
  const read = (file: string): Buffer =>
    readFileSync(path.join(data, 'models/sst2-bert-tiny-scratch', file));
  const limbeck = { formatVersion: 2, family: 'bert', inputs: 'tokens', maxTokens: 64, padId: 0 };
  const files = {
    config: JSON.stringify({ id2label: { 0: 'negative', 1: 'positive' }, limbeck }),
    model: read('onnx/model.onnx'),
    tokenizer: read('tokenizer.json').toString('utf8'),
    tokenizerConfig: read('tokenizer_config.json').toString('utf8'),
  };
  const rows = gunzipSync(readFileSync(path.join(data, 'text-classification/sst2/dev.jsonl.gz')))
    .toString('utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Row);
  const texts = rows.map(({ text }) => text);
  const shareRight = async (student: Student, count: number): Promise<number> => {
    const answers = await student.predict(texts.slice(0, count));
    const right = answers.filter(({ label }, i) => label === student.labels[rows[i]!.label]);
    return right.length / count;
  };

  const native = await loadStudentFrom(files, onnxSessions(ort));
  // Its README says 81.7% on these sentences.
  expect(await shareRight(native, rows.length)).toBeCloseTo(0.817, 2);

  const plain = await loadStudentFrom(files, plainSessions());
  const [found, expected] = [
    await plain.predict(texts.slice(0, 64)),
    await native.predict(texts.slice(0, 64)),
  ];
  found.forEach(({ label, probability }, i) => {
    expect(label).toBe(expected[i]!.label);
    expect(probability).toBeCloseTo(expected[i]!.probability, 5);
  });
  const { label, pieces } = await plain.explain('a truly wonderful film');
  expect(label).toBe('positive');
  const [best] = [...pieces].sort((a, b) => b.score - a.score);
  expect(best!.text).toBe('wonderful');
  await Promise.all([native.dispose(), plain.dispose()]);
});
