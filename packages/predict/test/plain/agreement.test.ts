import type { Engine } from '@limbeck/runtime';
import { nodeEngine } from '@limbeck/runtime/node';
import { loadStudentFrom, onnxSessions, padBytes, type StudentSession } from '@limbeck/predict';
import { plainSessions } from '@limbeck/predict/plain';
import type { StudentPackage } from '@limbeck/train';
import * as ort from 'onnxruntime-node';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  families,
  languages,
  probes,
  snippets,
  trainedStudent,
} from '../support/trained-students.js';

let engine: Engine;
beforeAll(async () => {
  engine = await nodeEngine({ threads: 1 });
});
afterAll(() => engine.dispose());

const texts = probes(256);
const precisions = [
  ['float32', 'onnx/model.onnx'],
  ['int8', 'onnx/model_quantized.onnx'],
] as const;

async function inBatches(session: StudentSession, size: number): Promise<Float32Array> {
  const parts: number[] = [];
  for (let start = 0; start < texts.length; start += size) {
    parts.push(...(await session.run(padBytes(texts.slice(start, start + size), 256), size)));
  }
  return Float32Array.from(parts);
}

describe.each(Object.keys(families))('a student of the family %s in plain TypeScript', (family) => {
  let made: StudentPackage;
  beforeAll(async () => {
    made = await trainedStudent(engine, family);
  });

  test.each(precisions)('gives the logits of ONNX Runtime in %s, to 1e-5', async (_name, file) => {
    const model = made.files[file]!;
    const [plain, native] = [await plainSessions()(model), await onnxSessions(ort)(model)];
    for (const size of [1, 32]) {
      const [found, expected] = [await inBatches(plain, size), await inBatches(native, size)];
      expect(found).toHaveLength(256 * languages.length);
      const gaps = expected.map((a, i) => Math.abs(a - found[i]!) / Math.max(1, Math.abs(a)));
      expect(Math.max(...gaps)).toBeLessThanOrEqual(1e-5);
      // Different texts have different answers: agreement on one number would prove nothing.
      expect(new Set(expected).size).toBeGreaterThan(256);
    }
    await Promise.all([plain.dispose(), native.dispose()]);
  });

  test('predicts as well as it was trained to', async () => {
    const config = new TextDecoder().decode(made.files['config.json']);
    const student = await loadStudentFrom(
      { config, model: made.files['onnx/model_quantized.onnx']! },
      plainSessions(),
      { labels: languages },
    );
    const rows = snippets(200, 5);
    const answers = await student.predict(rows.map(({ text }) => text));
    const right = answers.filter(({ label }, i) => label === languages[rows[i]!.label]);
    expect(right.length / rows.length).toBeGreaterThan(0.8);
    expect(student.engine).toBe('plain');
    await student.dispose();
  });
});
