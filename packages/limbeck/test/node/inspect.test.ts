import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { hostTensor } from '@limbeck/core';
import { constant, encodeModel, decodeModel, input, toOnnx } from '@limbeck/tensor';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { requires } from '../../../../test-support/requires.js';
import type { OnnxDescription } from '../../src/node/onnx/describe-onnx.js';
import { limbeck } from './terminal.js';

let cwd = '';
beforeAll(() => {
  cwd = mkdtempSync(`${os.tmpdir()}/limbeck-inspect-`);
  const x = input('x', { dtype: 'float32', shape: ['batch', 8] });
  const w = input('layers.0.weight', { dtype: 'float32', shape: [8, 32] });
  const b = input('layers.0.bias', { dtype: 'float32', shape: [32] });
  const v = input('head.weight', { dtype: 'float32', shape: [32, 3] });
  const zeros = (shape: readonly number[]) =>
    hostTensor('float32', shape, new Float32Array(shape.reduce((a, c) => a * c, 1)).fill(0.5));
  const { bytes } = toOnnx(
    { logits: x.matmul(w).add(b).relu().matmul(v) },
    {
      initialisers: {
        'layers.0.weight': zeros([8, 32]),
        'layers.0.bias': zeros([32]),
        'head.weight': zeros([32, 3]),
      },
    },
  );
  writeFileSync(path.join(cwd, 'net.onnx'), bytes);
  mkdirSync(path.join(cwd, 'student/onnx'), { recursive: true });
  writeFileSync(path.join(cwd, 'student/onnx/model.onnx'), bytes);
  const foreign = decodeModel(bytes);
  foreign.graph!.node[0]!.opType = 'Frobnicate';
  writeFileSync(path.join(cwd, 'foreign.onnx'), encodeModel(foreign));
  const int8 = constant(hostTensor('int8', [8, 8], new Int8Array(64).fill(3))).cast('float32');
  const scaled = x.matmul(int8).mul(2);
  writeFileSync(path.join(cwd, 'int8.onnx'), toOnnx({ y: scaled }).bytes);
  writeFileSync(path.join(cwd, 'cut.onnx'), bytes.subarray(0, 100));
});
afterAll(() => rmSync(cwd, { recursive: true, force: true }));

const described = async (...args: string[]): Promise<OnnxDescription> =>
  JSON.parse((await limbeck(cwd, 'inspect', ...args, '--json')).out) as OnnxDescription;

describe('limbeck inspect', () => {
  test('shows inputs, operators, layers, work and that it can be trained', async () => {
    const { code, out } = await limbeck(cwd, 'inspect', 'net.onnx');
    expect(code).toBe(0);
    expect(out).toMatch(/^net\.onnx: .*, 384 parameters, ai\.onnx \d+/);
    expect(out).toMatch(/in +x +float32 +\[batch, 8\]/);
    expect(out).toMatch(/out +logits +float32 +\[batch, 3\]/);
    expect(out).toMatch(/layers\.0 +288 +1\.2 kB +75\.0%/);
    expect(out).toMatch(/head +96 +384 B +25\.0%/);
    expect(out).toContain('it can be trained here');
  });

  test('counts parameters and work exactly', async () => {
    const { parameters, layers, work } = await described('net.onnx', '--sizes', 'batch=10');
    expect(parameters).toBe(8 * 32 + 32 + 32 * 3);
    expect(layers.map(({ layer, sizeBytes }) => [layer, sizeBytes])).toEqual([
      ['layers.0', 4 * (8 * 32 + 32)],
      ['head', 4 * 32 * 3],
    ]);
    // Two products of 2mnk, a sum and a relu of 10 × 32.
    expect(work).toMatchObject({
      flops: 2 * 10 * 8 * 32 + 2 * 10 * 32 * 3 + 2 * 320,
      sizes: { batch: 10 },
    });
  });

  test("takes a student's folder", async () => {
    const { out } = await limbeck(cwd, 'inspect', 'student', '--layers', '1');
    expect(out).toContain('student/onnx/model.onnx'.split('/').join(path.sep));
    expect(out).toContain('1 smaller ones');
  });

  test('says which operators are unknown here, and still shows the rest', async () => {
    const { operators, training, layers } = await described('foreign.onnx');
    expect(operators.filter(({ known }) => !known)).toEqual([
      { operator: 'Frobnicate', count: 1, known: false },
    ]);
    expect(training).toMatchObject({ possible: false });
    expect(training.hinders[0]).toContain('Frobnicate (1)');
    expect(layers).toHaveLength(2);
    expect((await limbeck(cwd, 'inspect', 'foreign.onnx')).out).toContain(
      'Frobnicate (unknown here)',
    );
  });

  test('says that what is quantised has nothing to train', async () => {
    const { training, layers, parameters } = await described('int8.onnx');
    expect(training.possible).toBe(false);
    expect(training.hinders[0]).toContain('no floating-point weights');
    expect(parameters).toBe(0);
    expect(layers[0]?.weights[0]).toMatchObject({ dtype: 'int8', shape: [8, 8] });
  });

  test.each([
    [['absent.onnx'], 1, '[data-missing]'],
    [['cut.onnx'], 1, '[corrupt-onnx]'],
    [['net.onnx', '--sizes', 'batch'], 2, '[invalid-option]'],
    [['net.onnx', '--layers', 'all'], 2, '[invalid-option]'],
  ])('%j ends with %i', async (args, code, text) => {
    const said = await limbeck(cwd, 'inspect', ...args);
    expect(said.code).toBe(code);
    expect(said.err).toContain(text);
  });

  test('reads real models', async (context) => {
    const models = path.join(requires('data', context), 'models');
    const bert = await described(
      path.join(models, 'sst2-bert-tiny-scratch'),
      '--sizes',
      'batch=1,sequence=64',
    );
    expect(bert.training.possible).toBe(true);
    expect(bert.parameters).toBeGreaterThan(4_000_000);
    const resnet = await described(path.join(models, 'resnet20-cifar10/onnx/model.onnx'));
    expect(resnet.training.possible).toBe(true);
    // He et al., 2016, table 6: 0.27 M parameters.
    expect(Math.abs(resnet.parameters / 0.27e6 - 1)).toBeLessThan(0.05);
  });
});
