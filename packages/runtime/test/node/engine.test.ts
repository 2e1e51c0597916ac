import { hostTensor } from '@limbeck/core';
import type { Engine } from '@limbeck/runtime';
import { nodeEngine } from '@limbeck/runtime/node';
import { decodeModel, encodeModel, input, toOnnx } from '@limbeck/tensor';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { loadOnnxruntime } from '../../src/node/onnxruntime.js';
import { providerNames } from '../../src/node/providers.js';
import { scalar, vector } from '../support/fake-session.js';

/** What this system's build knows and does not bring. */
const unbundled = providerNames(await loadOnnxruntime()).filter(({ needs }) => needs !== undefined);

let engine: Engine;
beforeAll(async () => {
  engine = await nodeEngine({ threads: 1 });
});
afterAll(() => engine.dispose());

const x = input('x', { dtype: 'float32', shape: ['batch'] });
const total = input('total', { dtype: 'float32', shape: [] });
const graph = toOnnx({ y: x.mul(total), next: total.add(x.sum()) });

describe('load and run', () => {
  test('runs what toOnnx wrote, with its exact specs', async () => {
    const runner = await engine.load(graph);
    expect(runner.inputs).toEqual(graph.inputs);
    expect(runner.outputs).toEqual(graph.outputs);
    const results = await runner.run({ x: vector(1, 2), total: scalar(3) });
    expect(results).toEqual({ y: vector(3, 6), next: scalar(6) });
    await runner.dispose();
  });

  test('runs the bytes of a file, with the specs that they hold', async () => {
    const runner = await engine.load(graph.bytes);
    expect(runner.inputs).toEqual(graph.inputs);
    expect(await runner.run({ x: vector(4), total: scalar(1) }, ['next'])).toEqual({
      next: scalar(5),
    });
    await runner.dispose();
  });

  test('gives a name of its own to a size that a foreign file names in words, or not at all', async () => {
    const model = decodeModel(graph.bytes);
    const dims = [...model.graph!.input, ...model.graph!.output].flatMap(({ type }) =>
      type?.value.case === 'tensorType' ? (type.value.value.shape?.dim ?? []) : [],
    );
    dims[0]!.value = { case: 'dimParam', value: 'past length (in tokens)' };
    dims[1]!.value = { case: undefined };
    const runner = await engine.load(encodeModel(model));
    expect(runner.inputs['x']).toEqual({ dtype: 'float32', shape: ['x_0'] });
    expect(runner.outputs['y']!.shape[0]).toEqual('y_0');
    expect(await runner.run({ x: vector(4), total: scalar(1) }, ['y'])).toEqual({ y: vector(4) });
  });

  test('takes shared memory, which ONNX Runtime itself refuses', async () => {
    const runner = await engine.load(graph);
    const data = new Float32Array(new SharedArrayBuffer(8));
    data.set([1, 2]);
    const feeds = { x: { dtype: 'float32', shape: [2], data } as const, total: scalar(1) };
    expect(await runner.run(feeds, ['next'])).toEqual({ next: scalar(4) });
    data[0] = 5;
    expect(await runner.run(feeds, ['next'])).toEqual({ next: scalar(8) });
    await runner.dispose();
  });

  test('runs all dtypes in and out', async () => {
    const specs = ['float64', 'int64', 'int32', 'uint32', 'uint8', 'int8', 'bool'] as const;
    const inputs = specs.map((dtype) => input(dtype, { dtype, shape: [2] }));
    const outputs = Object.fromEntries(
      inputs.map((tensor) => [`${tensor.dtype} out`, tensor.transpose([0]).reshape([1, 2])]),
    );
    const runner = await engine.load(toOnnx(outputs));
    const feeds = Object.fromEntries(specs.map((dtype) => [dtype, hostTensor(dtype, [2], [0, 1])]));
    const results = await runner.run(feeds);
    for (const dtype of specs) {
      expect(results[`${dtype} out`]).toEqual(hostTensor(dtype, [1, 2], [0, 1]));
    }
    await runner.dispose();
  });
});

describe('a stepper', () => {
  test('follows what single runs give, to the bit', async () => {
    const w = input('w', { dtype: 'float32', shape: [3, 2] });
    const batch = input('batch', { dtype: 'float32', shape: ['rows', 3] });
    const step = toOnnx({ w2: w.sub(batch.matmul(w).tanh().mean(0).mul(0.1)), y: batch.matmul(w) });
    const runner = await engine.load(step);
    const start = hostTensor('float32', [3, 2], [1, -1, 0.5, 0.25, -0.75, 2]);
    const stepper = await runner.stepper({ carry: { w2: 'w' }, state: { w: start } });
    let state = start;
    for (let i = 0; i < 9; i++) {
      // Batches of different sizes, as at the end of an epoch.
      const rows = 1 + (i % 3);
      const data = Float32Array.from({ length: rows * 3 }, (_, at) => Math.sin(i + at));
      const feeds = { batch: hostTensor('float32', [rows, 3], data) };
      const single = await runner.run({ ...feeds, w: state });
      const { y } = await stepper.step(feeds);
      expect(y).toEqual(single['y']);
      state = { dtype: 'float32', shape: [3, 2], data: single['w2']!.data as Float32Array };
    }
    expect((await stepper.read())['w']!.data).toEqual(state.data);
    await runner.dispose();
  });

  test('goes on after a step that failed inside the engine', async () => {
    const table = input('table', { dtype: 'float32', shape: [4] });
    const at = input('at', { dtype: 'int64', shape: ['n'] });
    const runner = await engine.load(toOnnx({ after: table.add(table.gather(at).sum()) }));
    const state = { table: vector(1, 2, 3, 4) };
    const stepper = await runner.stepper({ carry: { after: 'table' }, state });
    const call = stepper.step({ at: hostTensor('int64', [1], [9]) });
    await expect(call).rejects.toMatchObject({ code: 'engine-failed' });
    await stepper.step({ at: hostTensor('int64', [1], [0]) });
    expect(await stepper.read()).toEqual({ table: vector(2, 3, 4, 5) });
    await runner.dispose();
  });
});

describe('what is refused', () => {
  test.each([
    ['no bytes', new Uint8Array(0)],
    ['other bytes', new TextEncoder().encode('not a model at all')],
    ['a file that was cut off', graph.bytes.subarray(0, graph.bytes.length - 9)],
  ])('%s: corrupt-onnx', async (_what, bytes) => {
    await expect(engine.load(bytes)).rejects.toMatchObject({ code: 'corrupt-onnx' });
  });

  test('a whole file whose graph does not hold together: corrupt-onnx', async () => {
    const model = decodeModel(graph.bytes);
    model.graph!.node[0]!.input[0] = 'nobody';
    const call = engine.load(encodeModel(model));
    await expect(call).rejects.toMatchObject({ code: 'corrupt-onnx' });
  });

  test('an operator without a kernel: unknown-operator', async () => {
    const model = decodeModel(graph.bytes);
    model.graph!.node[0]!.opType = 'Distil';
    const call = engine.load(encodeModel(model));
    await expect(call).rejects.toMatchObject({ code: 'unknown-operator' });
  });

  test('a provider that this build lacks: unknown-provider, which names those it has', async () => {
    await expect(nodeEngine({ provider: 'quantum' })).rejects.toMatchObject({
      code: 'unknown-provider',
      expected: expect.stringContaining('cpu') as string,
    });
  });

  test.each(unbundled)(
    'the provider $name without its libraries: unknown-provider, at once and with the reason',
    async ({ name }) => {
      await expect(nodeEngine({ provider: name })).rejects.toMatchObject({
        code: 'unknown-provider',
        expected: expect.stringContaining(`${name} (needs the ${name} libraries`) as string,
        cause: expect.any(Error) as Error,
      });
    },
  );

  test.each([0, 1.5, -1])('%s threads: invalid-option', async (threads) => {
    await expect(nodeEngine({ threads })).rejects.toMatchObject({ code: 'invalid-option' });
  });

  test('an empty batch for a batched product: invalid-data', async () => {
    const a = input('a', { dtype: 'float32', shape: ['batch', 2, 3] });
    const runner = await engine.load(toOnnx({ y: a.matmul(a, { transposeB: true }) }));
    const call = runner.run({ a: hostTensor('float32', [0, 2, 3], []) });
    await expect(call).rejects.toMatchObject({ code: 'invalid-data' });
  });

  test('no onnxruntime-node: engine-missing, with the command that installs it', async () => {
    const missing = Object.assign(new Error('Cannot find package'), {
      code: 'ERR_MODULE_NOT_FOUND',
    });
    await expect(loadOnnxruntime(() => Promise.reject(missing))).rejects.toMatchObject({
      code: 'engine-missing',
      next: expect.stringContaining('npm install onnxruntime-node') as string,
    });
    const broken = new Error('libonnxruntime.so: cannot open shared object file');
    await expect(loadOnnxruntime(() => Promise.reject(broken))).rejects.toMatchObject({
      code: 'engine-failed',
      cause: broken,
    });
  });

  test('any call after dispose(): disposed', async () => {
    const own = await nodeEngine({ threads: 1 });
    const runner = await own.load(graph);
    await own.dispose();
    await own.dispose();
    await expect(own.load(graph)).rejects.toMatchObject({ code: 'disposed' });
    const call = runner.run({ x: vector(1), total: scalar(1) });
    await expect(call).rejects.toMatchObject({ code: 'disposed' });
  });

  test('an abort that came before: aborted', async () => {
    const call = nodeEngine({ abortSignal: AbortSignal.abort('early') });
    await expect(call).rejects.toMatchObject({ code: 'aborted', cause: 'early' });
  });

  test.each([
    path.join(os.tmpdir(), 'limbeck-is-not-there', 'p'),
    path.join(import.meta.filename, 'p'),
    7 as unknown as string,
  ])('a profile at %s, which is in no folder: invalid-option', async (profile) => {
    for (const worker of [false, true]) {
      await expect(nodeEngine({ profile, worker })).rejects.toMatchObject({
        code: 'invalid-option',
        given: `profile ${JSON.stringify(profile)}`,
      });
    }
  });

  test('a level of optimization that there is not: invalid-option', async () => {
    await expect(nodeEngine({ optimization: 'most' as 'all' })).rejects.toMatchObject({
      code: 'invalid-option',
      given: 'optimization "most"',
    });
  });

  test.each([undefined, null, 'model.onnx', { bytes: 'none' }])(
    'no bytes, %j: invalid-data',
    async (graph) => {
      await expect(engine.load(graph as never)).rejects.toMatchObject({ code: 'invalid-data' });
    },
  );

  test('any call after an abort: aborted', async () => {
    const controller = new AbortController();
    const own = await nodeEngine({ threads: 1, abortSignal: controller.signal });
    const runner = await own.load(graph);
    controller.abort();
    const call = runner.run({ x: vector(1), total: scalar(1) });
    await expect(call).rejects.toMatchObject({ code: 'aborted' });
    await expect(own.load(graph)).rejects.toMatchObject({ code: 'aborted' });
    await own.dispose();
  });
});

test('a profile is written when the graph is disposed of', async () => {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'limbeck-engine-'));
  const own = await nodeEngine({ threads: 1, profile: path.join(folder, 'step') });
  const runner = await own.load(graph);
  await runner.run({ x: vector(1), total: scalar(1) });
  await own.dispose();
  const [file] = readdirSync(folder);
  expect(readFileSync(path.join(folder, file!), 'utf8')).toContain('Mul');
  rmSync(folder, { recursive: true });
});
