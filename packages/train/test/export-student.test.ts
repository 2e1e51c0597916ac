import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { hostTensor, Rng } from '@limbeck/core';
import { encoderClassifier, mlp } from '@limbeck/nn';
import type { Engine } from '@limbeck/runtime';
import { nodeEngine } from '@limbeck/runtime/node';
import {
  type PackOptions,
  packStudent,
  type Quantiser,
  ship,
  type Shippable,
} from '@limbeck/train';
import { exportStudent } from '@limbeck/train/node';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { roundToNearest } from '../src/export/quantise.js';
import { inputBatches, languages, snippets, trainedStudent } from './support/snippets.js';

let engine: Engine;
let folder: string;
let student: Shippable;
const heldOut = snippets(2000, 2);
const labels = heldOut.map(({ label }) => label);
const int8 = { inputs: inputBatches(heldOut), labels };

beforeAll(async () => {
  engine = await nodeEngine({ threads: 1 });
  folder = await mkdtemp(path.join(os.tmpdir(), 'limbeck-export-'));
  ({ student } = await trainedStudent(engine));
});

afterAll(async () => {
  await engine.dispose();
  await rm(folder, { recursive: true, force: true });
});

const base = () => ({ engine, labels: languages, maxBytes: 128, family: 'ngram' });

describe('exportStudent', () => {
  test('writes both files, which passed their gates, and says so', async () => {
    const place = path.join(folder, 'student');
    const record = await exportStudent(student, { ...base(), folder: place, int8 });
    const found = (await readdir(place, { recursive: true })).sort();
    expect(found).toEqual([
      'config.json',
      'onnx',
      'onnx/model.onnx',
      'onnx/model_quantized.onnx',
      'tokenizer.json',
      'tokenizer_config.json',
    ]);
    expect(record.float32.maxError).toBeLessThanOrEqual(1e-5);
    expect(record.float32.probes).toBe(256);
    expect(record.int8).toMatchObject({ rows: 2000, passed: true, keptFloat32: [] });
    expect(record.parameters).toBe(512 * 16 + 16 + 16 * 3 + 3);
    const large = record.files['onnx/model.onnx']!.sizeBytes;
    const small = record.files['onnx/model_quantized.onnx']!.sizeBytes;
    // 8,192 weights: three bytes saved on each; the last layer is too small to be worth it.
    expect(large - small).toBeGreaterThan(3 * 8192 - 500);
    const config = JSON.parse(await readFile(path.join(place, 'config.json'), 'utf8')) as {
      limbeck: { weightsSha256: string };
    };
    expect(config.limbeck.weightsSha256).toBe(record.weightsSha256);
  });

  test('writes the same bytes again, and leaves nothing beside the folder', async () => {
    const place = path.join(folder, 'again');
    const first = await exportStudent(student, { ...base(), folder: place });
    const second = await exportStudent(student, { ...base(), folder: place });
    expect(second).toEqual(first);
    expect((await readdir(folder)).filter((name) => name.startsWith('again'))).toEqual(['again']);
  });

  test('leaves no file, and the old folder, when the file disagrees with the trainer', async () => {
    const place = path.join(folder, 'gated');
    await exportStudent(student, { ...base(), folder: place });
    const before = await readFile(path.join(place, 'onnx/model.onnx'));
    let calls = 0;
    // The second graph that is built is the trainer's: it is not what was written.
    const drifting: Shippable = {
      ...student,
      build: (values, inputs) => {
        const made = student.build(values, inputs);
        return { ...made, logits: calls++ === 0 ? made['logits']!.add(1e-3) : made['logits']! };
      },
    };
    const call = exportStudent(drifting, { ...base(), folder: place });
    await expect(call).rejects.toMatchObject({ code: 'gate-failed' });
    expect(await readFile(path.join(place, 'onnx/model.onnx'))).toEqual(before);
    const none = exportStudent(drifting, { ...base(), folder: path.join(folder, 'none') });
    calls = 0;
    await expect(none).rejects.toMatchObject({ code: 'gate-failed' });
    expect(await readdir(folder)).not.toContain('none');
  });

  test('refuses values that are not finite', async () => {
    const values = structuredClone(student.values);
    values['parameters/layers/0/bias']!.data[0] = Number.NaN;
    const place = path.join(folder, 'not finite');
    const options = { ...base(), folder: place };
    await expect(exportStudent({ ...student, values }, options)).rejects.toMatchObject({
      code: 'gate-failed',
      given: 'NaN in "parameters/layers/0/bias", at index 0',
    });
    expect(await readdir(folder)).not.toContain('not finite');
    // An infinite weight is left to the gate, which compares what comes out.
    values['parameters/layers/0/bias']!.data[0] = Infinity;
    const call = packStudent({ ...student, values }, base());
    await expect(call).rejects.toMatchObject({ code: 'gate-failed', where: 'export, float32' });
  });

  test('finds a NaN in a row that no probe looks up, and leaves the old folder', async () => {
    const place = path.join(folder, 'rare');
    const model = mlp({ width: 4, labels: ['a', 'b'] });
    const { parameters, state } = model.init(Rng.from(0));
    const shippable = ship(model, parameters, state);
    const names = { inputs: { features: 'features' }, outputs: { logits: 'logits' } };
    const features = hostTensor('float32', [256, 4], new Float32Array(1024).fill(0.5));
    const options = { engine, names, probes: { features }, folder: place };
    await exportStudent(shippable, options);
    const before = await readFile(path.join(place, 'onnx/model.onnx'));
    const rare = hostTensor('float32', [9], new Float32Array(9).fill(1));
    rare.data[7] = Number.NaN;
    const broken = { ...shippable, values: { ...shippable.values, rare } };
    await expect(exportStudent(broken, options)).rejects.toMatchObject({
      code: 'gate-failed',
      given: 'NaN in "rare", at index 7',
    });
    expect(await readFile(path.join(place, 'onnx/model.onnx'))).toEqual(before);
  });

  test('stops when aborted, and has nothing to make int8 of in a tiny student', async () => {
    const abortSignal = AbortSignal.abort();
    await expect(packStudent(student, { ...base(), abortSignal })).rejects.toMatchObject({
      code: 'aborted',
    });
    const tiny = mlp({ width: 4, labels: ['a', 'b'] });
    const made = tiny.init(Rng.from(0));
    const names = { inputs: { features: 'features' }, outputs: { logits: 'logits' } };
    const features = hostTensor('float32', [256, 4], new Float32Array(1024).fill(0.5));
    const options = { ...base(), labels: ['a', 'b'], names, probes: { features } };
    const shippable = ship(tiny, made.parameters, made.state);
    const { record } = await packStudent(shippable, options);
    expect(record.float32.probes).toBe(256);
    const inputs = Array.from({ length: 8 }, () => ({ features }));
    const some = { inputs, labels: new Uint8Array(2048) };
    await expect(packStudent(shippable, { ...options, int8: some })).rejects.toMatchObject({
      code: 'invalid-option',
      given: expect.stringContaining('256') as string,
    });
    const { probes: _probes, ...without } = options;
    await expect(packStudent(shippable, without)).rejects.toMatchObject({
      code: 'invalid-option',
    });
  });

  test('ships a model that reads no texts without a tokenizer, gated on whole inputs', async () => {
    const model = mlp({ width: 4, labels: ['a', 'b'] });
    const { parameters, state } = model.init(Rng.from(0));
    const names = { inputs: { features: 'features' }, outputs: { logits: 'logits' } };
    const rows = (count: number) => ({
      features: hostTensor('float32', [count, 4], new Float32Array(4 * count).fill(0.5)),
    });
    const shippable = ship(model, parameters, state);
    const options = { engine, model: model.config, names, probes: [rows(200), rows(56)] };
    const { files } = await packStudent(shippable, options);
    expect(Object.keys(files)).toEqual(['config.json', 'onnx/model.onnx']);
    const config = JSON.parse(new TextDecoder().decode(files['config.json'])) as object;
    expect(config).toMatchObject({ limbeck: { family: 'mlp', inputs: 'tensors' } });
    expect(config).not.toHaveProperty('id2label');
    const labelled = await packStudent(shippable, { ...options, labels: ['a', 'b'] });
    expect(new TextDecoder().decode(labelled.files['config.json'])).toContain('id2label');

    const refused = { code: 'invalid-option' };
    const few = packStudent(shippable, { ...options, probes: [rows(200), rows(55)] });
    await expect(few).rejects.toMatchObject({ ...refused, given: '255 rows' });
    const unlabelled = packStudent(shippable, { ...options, maxBytes: 4 });
    await expect(unlabelled).rejects.toMatchObject({ ...refused, where: 'export, maxBytes' });
  });

  describe('with a tokenizer', () => {
    const words = ['[PAD]', '[UNK]', 'def', 'const', 'px'];
    const vocab = Object.fromEntries(words.map((word, id) => [word, id]));
    const tokenizer = {
      json: JSON.stringify({ model: { type: 'WordPiece', vocab } }),
      maxTokens: 8,
      padId: 0,
    };
    const model = encoderClassifier({
      labels: languages,
      vocabulary: words.length,
      maxTokens: 8,
      width: 8,
      layers: 1,
      heads: 2,
    });
    const { parameters, state } = model.init(Rng.from(0));
    const shippable = ship(model, parameters, state);
    const pack = (own: Partial<PackOptions>) =>
      packStudent(shippable, { engine, labels: languages, tokenizer, ...own });

    test('ships a student of tokens, gated on random tokens', async () => {
      const { files, record } = await pack({ field: 'language' });
      expect(Object.keys(files)).toEqual([
        'config.json',
        'tokenizer.json',
        'tokenizer_config.json',
        'onnx/model.onnx',
      ]);
      expect(record.float32).toMatchObject({ probes: 256 });
      const config = JSON.parse(new TextDecoder().decode(files['config.json'])) as object;
      expect(config).toMatchObject({
        limbeck: { inputs: 'tokens', vocabulary: 5, field: 'language' },
      });
    });

    test('refuses one with more tokens than the student has', async () => {
      const larger = { type: 'WordPiece', vocab: { ...vocab, more: 5 } };
      const json = JSON.stringify({ model: larger });
      await expect(pack({ tokenizer: { ...tokenizer, json } })).rejects.toMatchObject({
        code: 'shape-mismatch',
        where: 'export, tokenizer',
      });
    });

    test('refuses bytes beside it, and no labels', async () => {
      await expect(pack({ maxBytes: 8 })).rejects.toMatchObject({
        code: 'invalid-option',
        where: 'export, maxBytes',
      });
      const { labels: _none, ...unlabelled } = { engine, labels: languages, tokenizer };
      await expect(packStudent(shippable, unlabelled)).rejects.toMatchObject({
        code: 'invalid-option',
        where: 'export, tokenizer',
      });
    });
  });

  test('refuses labels that do not fit, unknown names and missing inputs', async () => {
    const pack = (options: object) => packStudent(student, { ...base(), ...options });
    await expect(pack({ labels: ['a', 'b'] })).rejects.toMatchObject({ code: 'shape-mismatch' });
    const inputs = { input_ids: 'ids', attention_mask: 'mask' };
    await expect(pack({ names: { inputs, outputs: { logits: 'scores' } } })).rejects.toMatchObject({
      code: 'unknown-name',
    });
    await expect(pack({ names: { inputs: { ids: 'bytes' }, outputs: {} } })).rejects.toMatchObject({
      code: 'unknown-name',
    });
    await expect(
      pack({ names: { inputs: { ids: 'ids' }, outputs: { logits: 'logits' } } }),
    ).rejects.toMatchObject({ code: 'missing-signal' });
  });
});

describe('int8', () => {
  test('is refused with a scale that is wrong', async () => {
    const broken: Quantiser = (weight) => {
      const made = roundToNearest(weight);
      made.scale.data[1]! *= 3;
      return made;
    };
    const call = packStudent(student, { ...base(), int8: { ...int8, quantiser: broken } });
    await expect(call).rejects.toMatchObject({
      code: 'gate-failed',
      message: expect.stringContaining('parameters/layers/0/weight') as string,
    });
  });

  /** Steps so coarse that all weights but the largest vanish. */
  const coarse: Quantiser = (weight) => {
    const { int8: fine, scale } = roundToNearest(weight);
    return {
      int8: { ...fine, data: fine.data.map((value) => Math.trunc(value / 127)) },
      scale: { ...scale, data: scale.data.map((value) => value * 127) },
    };
  };

  test('is refused when accuracy drops and no layer can stay float32 instead', async () => {
    const call = packStudent(student, { ...base(), int8: { ...int8, quantiser: coarse } });
    await expect(call).rejects.toMatchObject({
      code: 'gate-failed',
      message: expect.stringContaining('points') as string,
    });
  });

  test('leaves the layer that does harm in float32', async () => {
    const { student: deep } = await trainedStudent(engine, [24, 24]);
    const quantiser: Quantiser = (weight) =>
      weight.shape[0] === 512 ? coarse(weight) : roundToNearest(weight);
    const { record } = await packStudent(deep, { ...base(), int8: { ...int8, quantiser } });
    expect(record.int8).toMatchObject({
      passed: true,
      layers: ['parameters/layers/1/weight'],
      keptFloat32: ['parameters/layers/0/weight'],
    });
  });

  test('wants 2,000 rows without labels where fewer have them', async () => {
    const some = { inputs: inputBatches(heldOut.slice(0, 500)), labels: labels.slice(0, 500) };
    await expect(packStudent(student, { ...base(), int8: some })).rejects.toMatchObject({
      code: 'invalid-option',
    });
    const unlabelled = inputBatches(snippets(2000, 5));
    const { record } = await packStudent(student, { ...base(), int8: { ...some, unlabelled } });
    expect(record.int8).toMatchObject({ rows: 500, agreement: { rows: 2000 }, passed: true });
    expect(record.int8!.agreement!.low).toBeGreaterThanOrEqual(0.98);
    const wrong = { ...some, unlabelled, labels: labels.slice(0, 499) };
    await expect(packStudent(student, { ...base(), int8: wrong })).rejects.toMatchObject({
      code: 'shape-mismatch',
    });
  });
});
