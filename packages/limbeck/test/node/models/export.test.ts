import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { limbeck } from '../terminal.js';
import { makeWorkplace, writeRun } from './workplace.js';

let cwd = '';
beforeAll(async () => {
  cwd = await makeWorkplace();
}, 60_000);
afterAll(() => rmSync(cwd, { recursive: true, force: true }));

describe('limbeck export', () => {
  const evidence = ['--data', 'dev.jsonl', '--unlabelled', 'more.jsonl'];

  test("writes a student's folder again with smaller files, and the rest as it was", async () => {
    const args = ['student', '--int8', '--int4', '--out', 'again', ...evidence];
    const { code, out, err } = await limbeck(cwd, 'export', ...args);
    expect(code, err).toBe(0);
    expect(out).toMatch(/model_quantized\.onnx.*points/);
    expect(readdirSync(path.join(cwd, 'again/onnx')).toSorted()).toEqual([
      'model.onnx',
      'model_q4.onnx',
      'model_quantized.onnx',
    ]);
    for (const name of ['config.json', 'tokenizer.json', 'onnx/model.onnx']) {
      const same = readFileSync(path.join(cwd, 'again', name)).equals(
        readFileSync(path.join(cwd, 'student', name)),
      );
      expect(same, name).toBe(true);
    }
    const eval8 = await limbeck(cwd, 'eval', 'again', 'dev.jsonl', '--precision', 'int8', '--json');
    expect(JSON.parse(eval8.out)).toMatchObject({ metrics: { accuracy: { value: 1 } } });
  });

  test('takes the latest run that has a student, and says which', async () => {
    const runs = [writeRun(cwd, 'spam-1f2e', 'done', 1), writeRun(cwd, 'spam-77aa', 'failed', 2)];
    rmSync(path.join(runs[1]!, 'student'), { recursive: true });
    const { code, err } = await limbeck(cwd, 'export', '--out', 'latest');
    expect(code, err).toBe(0);
    expect(err).toBe(
      'Takes spam-1f2e, the latest run with a student; spam-77aa, which is later (failed), has none.',
    );
    expect((await limbeck(cwd, 'export', 'spam-1f2e', '--out', 'latest')).code).toBe(0);
    const { err: refused } = await limbeck(cwd, 'export', 'spam-77aa', '--out', 'latest');
    expect(refused).toContain('published no student');
    for (const run of runs) rmSync(run, { recursive: true });
  });

  test('writes the student of a checkpoint, which stays as it is', async () => {
    const before = readFileSync(path.join(cwd, 'checkpoints/last.safetensors'));
    writeFileSync(path.join(cwd, 'program.mjs'), programModule());
    const args = ['checkpoints', '--program', 'program.mjs', '--out', 'restored', '--json'];
    const { code, out, err } = await limbeck(cwd, 'export', ...args);
    expect(code, err).toBe(0);
    expect(JSON.parse(out)).toMatchObject({
      folder: 'restored',
      files: [{ name: 'onnx/model.onnx' }],
    });
    expect(readFileSync(path.join(cwd, 'checkpoints/last.safetensors')).equals(before)).toBe(true);
    for (const name of ['config.json', 'onnx/model.onnx']) {
      const same = readFileSync(path.join(cwd, 'restored', name)).equals(
        readFileSync(path.join(cwd, 'student', name)),
      );
      expect(same, name).toBe(true);
    }
  });

  test.each([
    [['student', '--int8'], 2, 'no --data'],
    [['student', '--dynamic'], 2, '--dynamic without --int8'],
    [['nowhere'], 1, 'neither a student'],
    [['student', '--out', 'other'], 2, 'something else than a student'],
    [['student', '--program', 'program.mjs'], 1, 'without last.safetensors'],
  ])('refuses %j', async (args, expected, text) => {
    mkdirSync(path.join(cwd, 'other'), { recursive: true });
    writeFileSync(path.join(cwd, 'other/file'), 'mine');
    const { code, err } = await limbeck(cwd, 'export', ...args);
    expect(err).toContain(text);
    expect(code).toBe(expected);
    expect(readdirSync(cwd).filter((name) => name.endsWith('.new'))).toEqual([]);
    expect(readFileSync(path.join(cwd, 'other/file'), 'utf8')).toBe('mine');
  });
});

/** The module that makes the program of the checkpoints, as a project would have it. */
function programModule(): string {
  const from = (name: string): string => JSON.stringify(import.meta.resolve(name));
  return `import { batches, joinCollators, labelCollator, textCollator } from ${from('@limbeck/data')};
import { crossEntropy } from ${from('@limbeck/losses')};
import { ngramClassifier } from ${from('@limbeck/nn')};
import { adamw } from ${from('@limbeck/optim')};
import { distillation } from ${from('@limbeck/train')};
const labels = ['css', 'js'];
const student = ngramClassifier({ labels, orders: [1, 2], buckets: 512, maxBytes: 64 });
export const exportOptions = { labels, maxBytes: 64, model: student.config };
export default () =>
  distillation({
    student,
    loss: crossEntropy(),
    optimizer: adamw({ rate: 0.05 }),
    batches: batches([{ text: 'x', label: 0 }], {
      batchSize: 16,
      collator: joinCollators({
        inputs: textCollator({ text: ({ text }) => text, maxBytes: 64 }),
        labels: labelCollator({ label: ({ label }) => label, classes: 2 }),
      }),
    }),
    steps: 30,
  });
`;
}
