import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { hostTensor, Rng } from '@limbeck/core';
import { batches, joinCollators, labelCollator, textCollator } from '@limbeck/data';
import { crossEntropy } from '@limbeck/losses';
import { ngramClassifier, type TextInputs } from '@limbeck/nn';
import { adamw } from '@limbeck/optim';
import { nodeEngine } from '@limbeck/runtime/node';
import { input, type Tensor, toOnnx } from '@limbeck/tensor';
import { distillation, train } from '@limbeck/train';
import { exportStudent, folderStore } from '@limbeck/train/node';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { limbeck } from './terminal.js';

const labels = ['css', 'js'] as const;
type Row = { readonly text: string; readonly label: number };
type Batch = { readonly inputs: TextInputs; readonly labels: Tensor };
const textOf = (i: number): string =>
  i % 2 === 0 ? `.box-${i} { margin: ${i}px; }` : `const box${i} = draw(${i});`;

let cwd = '';
beforeAll(async () => {
  cwd = mkdtempSync(`${os.tmpdir()}/limbeck-models-`);
  const rows = Array.from({ length: 64 }, (_, i): Row => ({ text: textOf(i), label: i % 2 }));
  const student = ngramClassifier({ labels, orders: [1, 2], buckets: 512, maxBytes: 64 });
  const program = distillation({
    student,
    loss: crossEntropy(),
    optimizer: adamw({ rate: 0.05 }),
    batches: batches(rows, {
      batchSize: 16,
      collator: joinCollators<Row, Batch>({
        inputs: textCollator({ text: ({ text }) => text, maxBytes: 64 }),
        labels: labelCollator({ label: ({ label }) => label, classes: 2 }),
      }),
    }),
    steps: 30,
  });
  const engine = await nodeEngine();
  const checkpoints = folderStore(path.join(cwd, 'checkpoints'));
  const { students } = await train(program, { engine, seed: 7, checkpoints });
  const options = { engine, labels, maxBytes: 64, model: student.config };
  await exportStudent(students['student']!, { ...options, folder: path.join(cwd, 'student') });
  await engine.dispose();

  const csv = rows.slice(0, 40).map(({ text, label }, i) => `"${text}",${labels[label]},${i % 8}`);
  writeFileSync(path.join(cwd, 'test.csv'), ['body,kind,file', ...csv].join('\n'));
  const lines = rows.map(({ text, label }) => JSON.stringify({ text, label: labels[label] }));
  writeFileSync(path.join(cwd, 'dev.jsonl'), lines.join('\n'));
  const more = Array.from({ length: 2000 }, (_, i) => JSON.stringify({ text: textOf(i + 100) }));
  writeFileSync(path.join(cwd, 'more.jsonl'), more.join('\n'));
  writeNumeric();
}, 60_000);
afterAll(() => rmSync(cwd, { recursive: true, force: true }));

/** A classifier of 16 numbers with 20 classes, each beside a prototype; and one whose classes differ in the last digits. */
function writeNumeric(): void {
  const rng = Rng.from(1);
  const [width, classes] = [16, 20];
  const weights = Float32Array.from({ length: width * classes }, () => rng.uniform() - 0.5);
  const x = input('pixels', { dtype: 'float32', shape: ['batch', width] });
  const w = input('head', { dtype: 'float32', shape: [width, classes] });
  const file = (values: Float32Array): Uint8Array =>
    toOnnx(
      { scores: x.matmul(w) },
      { initialisers: { head: hostTensor('float32', [width, classes], values) } },
    ).bytes;
  writeFileSync(path.join(cwd, 'net.onnx'), file(weights));
  const rows = Array.from({ length: 2000 }, (_, i) => {
    const label = i % classes;
    const pixels = Array.from(
      { length: width },
      (__, j) => 4 * weights[j * classes + label]! + 0.05 * rng.uniform(),
    );
    return JSON.stringify({ pixels, label });
  });
  writeFileSync(path.join(cwd, 'pixels.jsonl'), rows.join('\n'));
  // All columns alike to within a thousandth: in int8 steps of a 127th nothing tells them apart any more.
  const alike = weights.map(
    (_, i) => weights[Math.floor(i / classes) * classes]! + 1e-4 * (weights[i] ?? 0),
  );
  writeFileSync(path.join(cwd, 'alike.onnx'), file(alike));
}

describe('limbeck eval', () => {
  test('measures with intervals, and shows what is taken for what', async () => {
    const { code, out } = await limbeck(
      cwd,
      'eval',
      'student',
      'test.csv',
      '--text',
      'body',
      '--label',
      'kind',
    );
    expect(code).toBe(0);
    expect(out).toMatch(/accuracy +100\.0% +100\.0% to 100\.0%/);
    expect(out).toContain('on 40 rows');
    expect(out).toMatch(/css +20 +0\njs +0 +20/);
  });

  test('prints the same for programs, by groups of rows', async () => {
    const args = ['student', 'test.csv', '--text', 'body', '--label', 'kind', '--group', 'file'];
    const { out } = await limbeck(cwd, 'eval', ...args, '--json');
    expect(JSON.parse(out)).toMatchObject({
      rows: 40,
      labels: ['css', 'js'],
      metrics: { accuracy: { value: 1, low: 1, high: 1 } },
      confusion: [
        [20, 0],
        [0, 20],
      ],
    });
  });

  test('says which metric has no value, and measures the others', async () => {
    writeFileSync(path.join(cwd, 'one.jsonl'), '{"text": ".a { }", "label": "css"}');
    const { code, out } = await limbeck(cwd, 'eval', 'student', 'one.jsonl');
    expect(code).toBe(0);
    expect(out).toMatch(/accuracy +–/);
  });

  test.each([
    [['student', 'test.csv'], '[invalid-record]', '--text'],
    [
      ['student', 'test.csv', '--text', 'body', '--label', 'body'],
      '[label-out-of-range]',
      'css, js',
    ],
    [['student', 'absent.csv'], '[data-missing]', 'absent.csv'],
    [['nowhere', 'test.csv', '--text', 'body', '--label', 'kind'], '[data-missing]', 'config.json'],
  ])('refuses %j', async (args, code, text) => {
    const { err } = await limbeck(cwd, 'eval', ...args);
    expect(err).toContain(code);
    expect(err).toContain(text);
  });

  test('takes a run by its folder or name, and the field that its student learnt', async () => {
    const run = writeRun('spam-1f2e', 'done', 1);
    const config = path.join(run, 'student/config.json');
    const own = JSON.parse(readFileSync(config, 'utf8')) as { limbeck: object };
    writeFileSync(config, JSON.stringify({ ...own, limbeck: { ...own.limbeck, field: 'kind' } }));
    for (const given of ['.limbeck/runs/spam-1f2e', 'spam-1f2e']) {
      const { code, out, err } = await limbeck(cwd, 'eval', given, 'test.csv', '--text', 'body');
      expect(code, err).toBe(0);
      expect(out).toMatch(/accuracy +100\.0%/);
    }
    // Rows that only have a label are read as before.
    expect((await limbeck(cwd, 'eval', 'spam-1f2e', 'dev.jsonl')).code).toBe(0);
    rmSync(path.join(run, 'student'), { recursive: true });
    const { err } = await limbeck(cwd, 'eval', 'spam-1f2e', 'dev.jsonl');
    expect(err).toMatch(/limbeck eval: .*published no student.*\[data-missing\]/);
    rmSync(run, { recursive: true });
  });

  test('sets aside what cannot be read, and says how much', async () => {
    const lines = readFileSync(path.join(cwd, 'dev.jsonl'), 'utf8').split('\n');
    writeFileSync(
      path.join(cwd, 'torn.jsonl'),
      [lines[0], '{"text": ', ...lines.slice(1)].join('\n'),
    );
    const { code, out, err } = await limbeck(cwd, 'eval', 'student', 'torn.jsonl');
    expect(code, err).toBe(0);
    expect(out).toContain('on 64 rows');
    expect(err).toMatch(
      /^1 of 65 records of torn\.jsonl set aside, the first of them torn\.jsonl:2, /,
    );
    writeFileSync(path.join(cwd, 'torn.jsonl'), '{"text": \n');
    const none = await limbeck(cwd, 'eval', 'student', 'torn.jsonl');
    expect(none.err).toContain('[invalid-record]');
    expect(none.err).not.toContain('onBad');
  });

  test('names no option that the command lacks where the name does not say what a file is', async () => {
    writeFileSync(path.join(cwd, 'rows.what'), 'hello');
    const { code, err } = await limbeck(cwd, 'eval', 'student', 'rows.what');
    expect(code).toBe(2);
    expect(err).toMatch(/^limbeck eval: .*Give it the ending of what it holds: \.jsonl/);
  });

  test('refuses an empty file', async () => {
    writeFileSync(path.join(cwd, 'empty.jsonl'), '');
    expect((await limbeck(cwd, 'eval', 'student', 'empty.jsonl')).err).toContain('[empty-data]');
  });
});

describe('limbeck quantize', () => {
  test('makes a model of numbers smaller, if it stays as good', async () => {
    const { code, out, err } = await limbeck(cwd, 'quantize', 'net.onnx', '--data', 'pixels.jsonl');
    expect(code, err).toBe(0);
    expect(out).toMatch(/accuracy changes by [+−]0\.\d\d points .* on 2000 rows/);
    expect(existsSync(path.join(cwd, 'net_quantized.onnx'))).toBe(true);
    // The new file answers as the old one does.
    const engine = await nodeEngine();
    const pixels = hostTensor(
      'float32',
      [1, 16],
      Array.from({ length: 16 }, (_, i) => i / 16),
    );
    const [a, b] = await Promise.all(
      ['net.onnx', 'net_quantized.onnx'].map(async (name) => {
        const runner = await engine.load(new Uint8Array(readFileSync(path.join(cwd, name))));
        return [...(await runner.run({ pixels }))['scores']!.data].map(Number);
      }),
    );
    await engine.dispose();
    expect(Math.max(...a!.map((value, i) => Math.abs(value - b![i]!)))).toBeLessThan(0.05);
  });

  test('writes nothing where the metric drops, and ends with 3', async () => {
    const { code, out, err } = await limbeck(
      cwd,
      'quantize',
      'alike.onnx',
      '--data',
      'alike.jsonl',
      '--json',
    );
    expect([code, err]).toEqual([1, expect.stringContaining('[data-missing]') as string]);
    // Labelled by the model itself, which is then always right.
    const engine = await nodeEngine();
    const runner = await engine.load(new Uint8Array(readFileSync(path.join(cwd, 'alike.onnx'))));
    const rows = readFileSync(path.join(cwd, 'pixels.jsonl'), 'utf8')
      .split('\n')
      .map((line) => JSON.parse(line) as { pixels: number[] });
    const given = hostTensor(
      'float32',
      [rows.length, 16],
      rows.flatMap(({ pixels }) => pixels),
    );
    const scores = [...(await runner.run({ pixels: given }))['scores']!.data].map(Number);
    await engine.dispose();
    const labelled = rows.map(({ pixels }, i) => {
      const own = scores.slice(20 * i, 20 * (i + 1));
      return JSON.stringify({ pixels, label: own.indexOf(Math.max(...own)) });
    });
    writeFileSync(path.join(cwd, 'alike.jsonl'), labelled.join('\n'));
    const second = await limbeck(cwd, 'quantize', 'alike.onnx', '--data', 'alike.jsonl', '--json');
    expect(second.code).toBe(3);
    expect(JSON.parse(second.out)).toMatchObject({ error: { code: 'gate-failed' } });
    expect(existsSync(path.join(cwd, 'alike_quantized.onnx'))).toBe(false);
    expect(out).toContain('data-missing');
  });

  test('reads the texts of a byte student, with 4 bits and macro F1', async () => {
    const args = ['student/onnx/model.onnx', '--data', 'dev.jsonl', '--unlabelled', 'more.jsonl'];
    const more = ['--bits', '4', '--metric', 'macro-f1', '--out', 'q4.onnx', '--json'];
    const { code, out, err } = await limbeck(cwd, 'quantize', ...args, ...more);
    expect(code, err).toBe(0);
    const result = JSON.parse(out) as { file: string; reading: number; gate: { rows: number } };
    expect(result).toMatchObject({
      file: 'q4.onnx',
      gate: { metric: 'macroF1', rows: 64, passed: true },
    });
    expect(result.reading).toBeLessThan(1e-4);
  });

  test.each([
    [['net.onnx'], 2, 'no --data'],
    [['net.onnx', '--data', 'pixels.jsonl', '--bits', '2'], 2, '8, 4'],
    [
      ['net.onnx', '--data', 'pixels.jsonl', '--bits', '4', '--dynamic'],
      2,
      '--dynamic with --bits 4',
    ],
    [
      ['net.onnx', '--data', 'pixels.jsonl', '--output', 'none', '--out', 'a.onnx'],
      1,
      'one of scores',
    ],
    [
      ['net.onnx', '--data', 'pixels.jsonl', '--metric', 'luck', '--out', 'a.onnx'],
      2,
      'accuracy, macro-f1',
    ],
    [['net.onnx', '--data', 'dev.jsonl', '--out', 'a.onnx'], 1, 'number of a class'],
    [['net.onnx', '--data', 'short.jsonl', '--out', 'a.onnx'], 1, 'sizes [15]'],
    [['net.onnx', '--data', 'words.jsonl', '--out', 'a.onnx'], 1, '"many"'],
    [['net.onnx', '--data', 'few.jsonl', '--out', 'a.onnx'], 2, 'more rows with --unlabelled'],
    [['net.onnx', '--data', 'fieldless.jsonl', '--out', 'a.onnx'], 1, 'without the field "pixels"'],
  ])('refuses %j', async (args, expected, text) => {
    const sixteen = Array.from({ length: 16 }, () => 1);
    const write = (name: string, row: object): void =>
      writeFileSync(path.join(cwd, name), JSON.stringify(row));
    write('short.jsonl', { pixels: sixteen.slice(1), label: 1 });
    write('words.jsonl', { pixels: [...sixteen.slice(1), 'many'], label: 1 });
    write('few.jsonl', { pixels: sixteen, label: 1 });
    write('fieldless.jsonl', { x: sixteen, label: 1 });
    const { code, err } = await limbeck(cwd, 'quantize', ...args);
    expect(err).toContain(text);
    expect(code).toBe(expected);
    expect(existsSync(path.join(cwd, 'a.onnx'))).toBe(false);
  });

  test('keeps a file that is there', async () => {
    writeFileSync(path.join(cwd, 'mine.onnx'), 'mine');
    const args = ['net.onnx', '--data', 'pixels.jsonl', '--out', 'mine.onnx'];
    expect((await limbeck(cwd, 'quantize', ...args)).err).toContain('mine.onnx, which is there');
    expect(readFileSync(path.join(cwd, 'mine.onnx'), 'utf8')).toBe('mine');
    expect((await limbeck(cwd, 'quantize', ...args, '--force')).code).toBe(0);
  });
});

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
    const runs = [writeRun('spam-1f2e', 'done', 1), writeRun('spam-77aa', 'failed', 2)];
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

/** The folder of a run that published the student. */
function writeRun(name: string, state: string, day: number): string {
  const folder = path.join(cwd, '.limbeck/runs', name);
  cpSync(path.join(cwd, 'student'), path.join(folder, 'student'), { recursive: true });
  const startedAt = `2026-01-0${day}T00:00:00.000Z`;
  const record = { formatVersion: 1, name: 'spam', state, startedAt, steps: [], published: {} };
  writeFileSync(path.join(folder, 'run.json'), JSON.stringify(record));
  return folder;
}

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
