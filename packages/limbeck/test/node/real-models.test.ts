import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { gunzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { requires } from '../../../../test-support/requires.js';
import { limbeck } from './terminal.js';

let cwd = '';
beforeEach(() => {
  cwd = mkdtempSync(`${os.tmpdir()}/limbeck-real-`);
});
afterEach(() => rmSync(cwd, { recursive: true, force: true }));

interface Result {
  readonly sizeBytes: number;
  readonly floatBytes: number;
  readonly reading: number;
  readonly gate: { readonly passed: boolean; readonly drop: number; readonly rows: number };
}

/** Rows of a file of CIFAR-10 records: a label, then 32 × 32 reds, greens and blues. */
function cifarRows(
  file: string,
  limit: number,
  mean: readonly number[],
  std: readonly number[],
): string {
  const bytes = gunzipSync(readFileSync(file));
  const plane = 32 * 32;
  const lines = Array.from({ length: Math.min(limit, bytes.length / 3073) }, (_, row) => {
    const at = 3073 * row;
    const value = (channel: number, i: number): number =>
      Number(
        ((bytes[at + 1 + channel * plane + i]! / 255 - mean[channel]!) / std[channel]!).toFixed(4),
      );
    const image = [0, 1, 2].map((channel) =>
      Array.from({ length: 32 }, (__, y) =>
        Array.from({ length: 32 }, (___, x) => value(channel, 32 * y + x)),
      ),
    );
    return JSON.stringify({ pixel_values: image, label: bytes[at] });
  });
  return lines.join('\n');
}

describe('limbeck quantize on models that were made elsewhere', () => {
  test('a BERT on SST-2, by its own tokenizer', async (context) => {
    const data = requires('data', context);
    const out = path.join(cwd, 'small.onnx');
    const sst2 = path.join(data, 'text-classification/sst2');
    const {
      code,
      out: said,
      err,
    } = await limbeck(
      cwd,
      'quantize',
      path.join(data, 'models/sst2-bert-tiny-scratch/onnx/model.onnx'),
      ...['--data', path.join(sst2, 'dev.jsonl.gz')],
      ...['--unlabelled', path.join(sst2, 'test.jsonl.gz'), '--out', out, '--json'],
    );
    // 1,821 sentences of the test set are too few.
    expect([code, err]).toEqual([2, expect.stringContaining('1821 without') as string]);
    expect(JSON.parse(said)).toMatchObject({ error: { code: 'invalid-option' } });
    const second = await limbeck(
      cwd,
      'quantize',
      path.join(data, 'models/sst2-bert-tiny-scratch/onnx/model.onnx'),
      ...['--data', path.join(sst2, 'dev.jsonl.gz')],
      ...['--unlabelled', path.join(sst2, 'train.jsonl.gz'), '--out', out, '--json'],
    );
    expect(second.code, second.err).toBe(0);
    const result = JSON.parse(second.out) as Result;
    expect(result.gate).toMatchObject({ passed: true, rows: 872 });
    expect(Math.abs(result.gate.drop)).toBeLessThanOrEqual(0.005);
    expect(result.reading).toBeLessThan(1e-4);
    expect(statSync(out).size).toBe(result.sizeBytes);
    expect(result.floatBytes / result.sizeBytes).toBeGreaterThan(3.5);
  }, 300_000);

  test('a ResNet on CIFAR-10, fed with numbers', async (context) => {
    const data = requires('data', context);
    const model = path.join(data, 'models/resnet20-cifar10');
    const { image_mean: mean, image_std: std } = JSON.parse(
      readFileSync(path.join(model, 'preprocessor_config.json'), 'utf8'),
    ) as { image_mean: number[]; image_std: number[] };
    const cifar = path.join(data, 'images/cifar10');
    writeFileSync(
      path.join(cwd, 'test.jsonl'),
      cifarRows(path.join(cifar, 'test-1k-jpeg.bin.gz'), 1000, mean, std),
    );
    writeFileSync(
      path.join(cwd, 'more.jsonl'),
      cifarRows(path.join(cifar, 'train-3k.bin.gz'), 2000, mean, std),
    );
    const out = path.join(cwd, 'small.onnx');
    const args = ['--data', 'test.jsonl', '--unlabelled', 'more.jsonl', '--out', out, '--json'];
    const {
      code,
      out: said,
      err,
    } = await limbeck(cwd, 'quantize', path.join(model, 'onnx/model.onnx'), ...args);
    expect(code, err).toBe(0);
    const result = JSON.parse(said) as Result;
    expect(result.gate).toMatchObject({ passed: true, rows: 1000 });
    expect(existsSync(out)).toBe(true);
    expect(result.floatBytes / result.sizeBytes).toBeGreaterThan(3);
  }, 300_000);
});
