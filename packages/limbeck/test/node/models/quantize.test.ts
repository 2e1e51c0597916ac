import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { hostTensor } from '@limbeck/core';
import { nodeEngine } from '@limbeck/runtime/node';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { limbeck } from '../terminal.js';
import { makeWorkplace } from './workplace.js';

let cwd = '';
beforeAll(async () => {
  cwd = await makeWorkplace();
}, 60_000);
afterAll(() => rmSync(cwd, { recursive: true, force: true }));

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
