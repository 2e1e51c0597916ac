import { hostTensor } from '@limbeck/core';
import type { Engine } from '@limbeck/runtime';
import { nodeEngine } from '@limbeck/runtime/node';
import { webEngine } from '@limbeck/runtime/web';
import { decodeModel, encodeModel, input, toOnnx } from '@limbeck/tensor';
import * as ort from 'onnxruntime-web';
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { loadOnnxruntimeWeb } from '../../src/web/onnxruntime-web.js';
import { expectAgree } from '../support/agree.js';
import { scalar, vector } from '../support/fake-session.js';

// onnxruntime-web runs in Node too, on one thread; what takes a page is tested where a browser is, in train.
let engine: Engine;
beforeAll(async () => {
  engine = await webEngine({ threads: 1 });
});
afterAll(() => engine.dispose());

const x = input('x', { dtype: 'float32', shape: ['batch'] });
const total = input('total', { dtype: 'float32', shape: [] });
const graph = toOnnx({ y: x.mul(total), next: total.add(x.sum()) });

describe('load and run', () => {
  test.each([
    ['what toOnnx wrote', graph],
    ['the bytes of a file', graph.bytes],
  ])('runs %s', async (_what, given) => {
    const runner = await engine.load(given);
    expect(runner.inputs).toEqual(graph.inputs);
    expect(runner.outputs).toEqual(graph.outputs);
    const results = await runner.run({ x: vector(1, 2), total: scalar(3) });
    expect(results).toEqual({ y: vector(3, 6), next: scalar(6) });
    await runner.dispose();
  });

  test('runs all dtypes in and out', async () => {
    const dtypes = ['float64', 'int64', 'int32', 'uint32', 'uint8', 'int8', 'bool'] as const;
    const outputs = Object.fromEntries(
      dtypes.map((dtype) => [`${dtype} out`, input(dtype, { dtype, shape: [2] }).reshape([1, 2])]),
    );
    const runner = await engine.load(toOnnx(outputs));
    const feeds = Object.fromEntries(dtypes.map((each) => [each, hostTensor(each, [2], [0, 1])]));
    const results = await runner.run(feeds);
    for (const dtype of dtypes) {
      expect(results[`${dtype} out`]).toEqual(hostTensor(dtype, [1, 2], [0, 1]));
    }
    await runner.dispose();
  });

  test('runs asked for at once do not disturb each other', async () => {
    const [one, other] = [await engine.load(graph), await engine.load(graph)];
    const calls = Array.from({ length: 20 }, (_, i) =>
      (i % 2 === 0 ? one : other).run({ x: vector(i, 1), total: scalar(2) }, ['y']),
    );
    const results = await Promise.all(calls);
    expect(results).toEqual(Array.from(results, (_, i) => ({ y: vector(2 * i, 2) })));
    await Promise.all([one.dispose(), other.dispose()]);
  });
});

describe('a stepper', () => {
  const w = input('w', { dtype: 'float32', shape: [3, 2] });
  const batch = input('batch', { dtype: 'float32', shape: ['rows', 3] });
  const step = toOnnx({
    w2: w.sub(batch.matmul(w).tanh().mean(0).mul(0.1)),
    loss: batch.matmul(w).square().mean(),
  });
  const start = hostTensor('float32', [3, 2], [1, -1, 0.5, 0.25, -0.75, 2]);

  async function losses(of: Engine): Promise<{ losses: number[]; w: Float32Array }> {
    const runner = await of.load(step);
    const stepper = await runner.stepper({ carry: { w2: 'w' }, state: { w: start } });
    const found: number[] = [];
    for (let i = 0; i < 9; i++) {
      const rows = 1 + (i % 3);
      const data = Float32Array.from({ length: rows * 3 }, (_, at) => Math.sin(i + at));
      const { loss } = await stepper.step({ batch: hostTensor('float32', [rows, 3], data) });
      found.push(Number(loss!.data[0]));
    }
    const { w: end } = await stepper.read();
    await runner.dispose();
    return { losses: found, w: end!.data as Float32Array };
  }

  test('goes the way that it goes on onnxruntime-node', async () => {
    const node = await nodeEngine({ threads: 1 });
    const [here, there] = [await losses(engine), await losses(node)];
    await node.dispose();
    here.losses.forEach((loss, i) => expect(loss).toBeCloseTo(there.losses[i]!, 5));
    const shape = [3, 2];
    expectAgree(
      'weights',
      { dtype: 'float32', shape, data: here.w },
      { dtype: 'float32', shape, data: there.w },
      1e-6,
    );
    expect([...here.w]).not.toEqual([...start.data]);
  });

  test('a step that fails inside the engine leaves the state as it was', async () => {
    const table = input('table', { dtype: 'float32', shape: [4] });
    const at = input('at', { dtype: 'int64', shape: ['n'] });
    const runner = await engine.load(toOnnx({ after: table.add(table.gather(at).sum()) }));
    const state = { table: vector(1, 2, 3, 4) };
    const stepper = await runner.stepper({ carry: { after: 'table' }, state });
    const call = stepper.step({ at: hostTensor('int64', [1], [9]) });
    await expect(call).rejects.toMatchObject({ code: 'engine-failed' });
    expect(await stepper.read()).toEqual({ table: vector(1, 2, 3, 4) });
    await stepper.step({ at: hostTensor('int64', [1], [0]) });
    expect(await stepper.read()).toEqual({ table: vector(2, 3, 4, 5) });
    await runner.dispose();
  });
});

describe('what is refused', () => {
  test.each([
    ['no bytes', new Uint8Array(0)],
    ['other bytes', new TextEncoder().encode('not a model at all')],
  ])('%s: corrupt-onnx', async (_what, bytes) => {
    await expect(engine.load(bytes)).rejects.toMatchObject({ code: 'corrupt-onnx' });
  });

  test('a graph that does not hold together: corrupt-onnx', async () => {
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

  test.each(['quantum', 'cpu', 'webgpu'])('the provider %s: unknown-provider', async (provider) => {
    await expect(webEngine({ provider })).rejects.toMatchObject({
      code: 'unknown-provider',
      expected: 'one that works here; this build has wasm, webgpu (needs a browser with WebGPU)',
      next: 'Use provider: "wasm", which runs everywhere.',
    });
  });

  test.each([0, 1.5, -1])('%s threads: invalid-option', async (threads) => {
    await expect(webEngine({ threads })).rejects.toMatchObject({ code: 'invalid-option' });
  });

  test('another number of threads than the page has: invalid-option', async () => {
    await expect(webEngine({ threads: 2 })).rejects.toMatchObject({
      code: 'invalid-option',
      given: 'threads 2 after an engine with 1',
    });
    expect((await webEngine()).threads).toBe(1);
  });

  test('threads where memory cannot be shared: invalid-option, with the headers that it takes', async () => {
    vi.stubGlobal('crossOriginIsolated', false);
    const fresh = { ...ort, env: { ...ort.env, wasm: {} } } as typeof ort;
    await expect(webEngine({ threads: 2, ort: fresh })).rejects.toMatchObject({
      code: 'invalid-option',
      next: expect.stringContaining('Cross-Origin-Embedder-Policy') as string,
    });
  });

  test('no onnxruntime-web: engine-missing, with the command that installs it', async () => {
    const words = [
      `Failed to resolve module specifier 'onnxruntime-web/wasm'`,
      `The specifier “onnxruntime-web/wasm” was a bare specifier, but was not remapped to anything.`,
      `Module name, 'onnxruntime-web/wasm' does not resolve to a valid URL.`,
      `Cannot find package 'onnxruntime-web' imported from here`,
    ];
    for (const each of words) {
      const load = (): Promise<never> => Promise.reject(new TypeError(each));
      await expect(loadOnnxruntimeWeb('wasm', load)).rejects.toMatchObject({
        code: 'engine-missing',
        next: expect.stringContaining('npm install onnxruntime-web') as string,
      });
    }
    const broken = new TypeError('Failed to fetch dynamically imported module');
    const load = (): Promise<never> => Promise.reject(broken);
    await expect(loadOnnxruntimeWeb('wasm', load)).rejects.toMatchObject({
      code: 'engine-failed',
      cause: broken,
    });
  });

  test('any call after dispose(): disposed', async () => {
    const own = await webEngine();
    const runner = await own.load(graph);
    await own.dispose();
    await own.dispose();
    await runner.dispose();
    await expect(own.load(graph)).rejects.toMatchObject({ code: 'disposed' });
    const call = runner.run({ x: vector(1), total: scalar(1) });
    await expect(call).rejects.toMatchObject({ code: 'disposed' });
  });

  test('any call after an abort: aborted', async () => {
    const controller = new AbortController();
    const abortSignal = controller.signal;
    const own = await webEngine({ abortSignal });
    const runner = await own.load(graph);
    controller.abort();
    const call = runner.run({ x: vector(1), total: scalar(1) });
    await expect(call).rejects.toMatchObject({ code: 'aborted' });
    await expect(webEngine({ abortSignal })).rejects.toMatchObject({ code: 'aborted' });
    await own.dispose();
  });
});

afterEach(() => vi.unstubAllGlobals());
