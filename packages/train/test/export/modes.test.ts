import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { hostTensor, type HostTensor } from '@limbeck/core';
import type { Engine } from '@limbeck/runtime';
import { nodeEngine } from '@limbeck/runtime/node';
import { decodeModel, encodeModel } from '@limbeck/tensor';
import { type BlockQuantiser, packStudent, type Shippable } from '@limbeck/train';
import { exportStudent } from '@limbeck/train/node';
import * as ort from 'onnxruntime-node';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { roundToNearestBlocks } from '../../src/export/blocks.js';
import { inputBatches, languages, snippets, trainedStudent } from '../support/snippets.js';

let engine: Engine;
let folder: string;
let student: Shippable;
const heldOut = snippets(2000, 2);
const labels = heldOut.map(({ label }) => label);
const evidence = { inputs: inputBatches(heldOut), labels };
const first = 'parameters/layers/0/weight';
const firstBias = 'parameters/layers/0/bias';
const second = 'parameters/layers/1/weight';

beforeAll(async () => {
  engine = await nodeEngine({ threads: 1 });
  folder = await mkdtemp(path.join(os.tmpdir(), 'limbeck-modes-'));
  ({ student } = await trainedStudent(engine, [24, 24]));
});

afterAll(async () => {
  await engine.dispose();
  await rm(folder, { recursive: true, force: true });
});

const base = () => ({ engine, labels: languages, maxBytes: 128, family: 'ngram' });

/** The classes that a file answers with, by onnxruntime-node alone. */
async function answers(file: string): Promise<number[]> {
  const session = await ort.InferenceSession.create(file);
  const found: number[] = [];
  for (const batch of evidence.inputs) {
    const feed = ({ data, shape }: HostTensor<'int64'>) =>
      new ort.Tensor('int64', data, [...shape]);
    const feeds = { input_ids: feed(batch.ids), attention_mask: feed(batch.mask) };
    const { logits } = await session.run(feeds);
    const [rows, classes] = logits!.dims as [number, number];
    const scores = logits!.data as Float32Array;
    for (let row = 0; row < rows; row++) {
      const own = scores.subarray(row * classes, (row + 1) * classes);
      found.push(own.indexOf(Math.max(...own)));
    }
  }
  await session.release();
  return found;
}

const share = (of: readonly number[], like: readonly number[]): number =>
  of.filter((value, i) => value === like[i]).length / of.length;

describe('a student in few bits', () => {
  test.each([
    ['weight-only int8', { int8: evidence }, 'onnx/model_quantized.onnx', 2.7],
    ['dynamic int8', { int8: { ...evidence, mode: 'dynamic' } }, 'onnx/model_quantized.onnx', 2.7],
    ['4 bits', { int4: evidence }, 'onnx/model_q4.onnx', 3.4],
    ['portable 4 bits', { int4: { ...evidence, portable: true } }, 'onnx/model_q4.onnx', 3.4],
  ] as const)(
    '%s: passes its gate, and runs in plain onnxruntime',
    async (name, options, file, smaller) => {
      const place = path.join(folder, name.replaceAll(' ', '-'));
      const record = await exportStudent(student, { ...base(), ...options, folder: place });
      const found = 'int8' in options ? record.int8 : record.int4;
      expect(found).toMatchObject({ passed: true, layers: [first, second], keptFloat32: [] });
      const float = record.files['onnx/model.onnx']!.sizeBytes;
      expect(float / record.files[file]!.sizeBytes).toBeGreaterThan(smaller);
      const [whole, small] = [
        await answers(path.join(place, 'onnx/model.onnx')),
        await answers(path.join(place, file)),
      ];
      expect(share(small, whole)).toBeGreaterThanOrEqual(0.98);
      expect(share(whole, labels) - share(small, labels)).toBeCloseTo(found!.drop, 9);
      const graph = (await readFile(path.join(place, file))).toString('latin1');
      expect(graph.includes('MatMulNBits')).toBe(name === '4 bits');
      expect(graph.includes('com.microsoft')).toBe(name === '4 bits');
      expect(graph.includes('MatMulInteger')).toBe(name === 'dynamic int8');
    },
  );

  test('both at once are two files', async () => {
    const { files, record } = await packStudent(student, {
      ...base(),
      int8: evidence,
      int4: evidence,
    });
    expect(Object.keys(files).filter((file) => file.startsWith('onnx/'))).toEqual([
      'onnx/model.onnx',
      'onnx/model_quantized.onnx',
      'onnx/model_q4.onnx',
    ]);
    expect(record.int4!.keptInt8).toEqual([]);
    expect(record.int8).not.toHaveProperty('keptInt8');
  });

  /** Steps so coarse that all numbers vanish; each is still within one step. */
  const coarse: BlockQuantiser = (rows) => {
    const { codes, scale } = roundToNearestBlocks(rows);
    return {
      codes: { ...codes, data: codes.data.map(() => 8) },
      scale: { ...scale, data: scale.data.map((step) => step * 8) },
    };
  };

  test('has the matrix that 4 bits harm in int8', async () => {
    const quantiser: BlockQuantiser = (rows) =>
      rows.shape[1] === 512 ? coarse(rows) : roundToNearestBlocks(rows);
    const { record, files } = await packStudent(student, {
      ...base(),
      int4: { ...evidence, quantiser },
    });
    expect(record.int4).toMatchObject({
      passed: true,
      layers: [second],
      keptInt8: [first],
      keptFloat32: [],
    });
    expect(files['onnx/model_q4.onnx']!.length).toBeLessThan(files['onnx/model.onnx']!.length / 3);
  });

  test('has the matrix in float32 that int8 harms as well', async () => {
    // The first hidden unit is never above 0, so the huge weights behind it say nothing; but they
    // take all steps of their columns, in 8 bits as in 4.
    const { [first]: inner, [firstBias]: bias, [second]: outer } = student.values;
    const values = {
      ...student.values,
      [first]: edited(inner!, (value, i) => (i % 24 === 0 ? 0 : value)),
      [firstBias]: edited(bias!, (value, i) => (i === 0 ? -1000 : value)),
      [second]: edited(outer!, (value, i) => (i < 24 ? 1e6 : value)),
    };
    const { record } = await packStudent(
      { ...student, values },
      { ...base(), int8: evidence, int4: evidence },
    );
    expect(record.int8).toMatchObject({ passed: true, layers: [first], keptFloat32: [second] });
    // Every matrix gets 8 bits before one gets 32.
    expect(record.int4).toMatchObject({
      passed: true,
      layers: [],
      keptInt8: [first],
      keptFloat32: [second],
    });
  });

  test('is not written with a scale that is wrong, and leaves what was there', async () => {
    const place = path.join(folder, 'broken');
    await exportStudent(student, { ...base(), folder: place });
    const before = await readdir(place, { recursive: true });
    const quantiser: BlockQuantiser = (rows) => {
      const made = roundToNearestBlocks(rows);
      made.scale.data[5]! *= -2;
      return made;
    };
    const call = exportStudent(student, {
      ...base(),
      folder: place,
      int4: { ...evidence, quantiser },
    });
    await expect(call).rejects.toMatchObject({
      code: 'gate-failed',
      where: `4 bits of "${first}"`,
    });
    expect(await readdir(place, { recursive: true })).toEqual(before);
  });

  test('is not written where a scale goes wrong behind the check', async () => {
    // The engine that gates reads the very bytes that would ship: here they are damaged on the way.
    const damaged: Engine = {
      provider: engine.provider,
      threads: engine.threads,
      dispose: () => Promise.resolve(),
      load: (graph) => engine.load(graph instanceof Uint8Array ? withBrokenScales(graph) : graph),
    };
    const options = { ...base(), engine: damaged };
    await expect(packStudent(student, { ...options, int8: evidence })).rejects.toMatchObject({
      code: 'gate-failed',
      where: 'export, int8',
    });
    await expect(packStudent(student, { ...options, int4: evidence })).rejects.toMatchObject({
      code: 'gate-failed',
      where: 'export, int4',
    });
  });

  test('knows two modes, and needs something to quantise', async () => {
    const mode = { int8: { ...evidence, mode: 'static' as never } };
    await expect(packStudent(student, { ...base(), ...mode })).rejects.toMatchObject({
      code: 'invalid-option',
      given: 'mode "static"',
    });
    const few = { int4: { inputs: evidence.inputs.slice(0, 1), labels: labels.slice(0, 256) } };
    await expect(packStudent(student, { ...base(), ...few })).rejects.toMatchObject({
      code: 'invalid-option',
      where: 'export, int4',
    });
  });
});

/** A float32 value with other numbers. */
function edited(
  { shape, data }: HostTensor,
  change: (value: number, index: number) => number,
): HostTensor<'float32'> {
  return hostTensor('float32', shape, Array.from(data, Number).map(change));
}

/** The same file with every scale of a quantised matrix turned around. */
function withBrokenScales(bytes: Uint8Array): Uint8Array {
  const model = decodeModel(bytes);
  const isQuantised = model.graph!.initializer.some(
    ({ dataType }) => dataType === 2 || dataType === 3,
  );
  if (!isQuantised) return bytes;
  for (const tensor of model.graph!.initializer) {
    if (tensor.dataType !== 1 || tensor.rawData.length < 60) continue;
    const scales = new Float32Array(tensor.rawData.slice().buffer);
    tensor.rawData = new Uint8Array(scales.map((scale) => -scale).buffer);
  }
  return encodeModel(model);
}
