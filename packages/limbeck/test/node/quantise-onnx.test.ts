import { hostTensor } from '@limbeck/core';
import { accuracy } from '@limbeck/evaluators';
import type { Engine, Runner } from '@limbeck/runtime';
import { nodeEngine } from '@limbeck/runtime/node';
import { input, toOnnx } from '@limbeck/tensor';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { quantiseOnnx } from '../../src/node/onnx/quantise-onnx.js';

const x = input('x', { dtype: 'float32', shape: ['batch', 16] });
const w = input('w', { dtype: 'float32', shape: [16, 16] });
const weights = Float32Array.from({ length: 256 }, (_, i) => (i % 17 === 0 ? 1 : 0));
const file = toOnnx(
  { logits: x.matmul(w) },
  { initialisers: { w: hostTensor('float32', [16, 16], weights) } },
).bytes;
/** One batch in which row i is class i mod 16 beyond doubt. */
const rows = 2048;
const data = Float32Array.from({ length: rows * 16 }, (_, i) =>
  Math.floor(i / 16) % 16 === i % 16 ? 5 : 0,
);
const given = {
  output: 'logits',
  labelled: [{ x: hostTensor('float32', [rows, 16], data) }],
  labels: Int32Array.from({ length: rows }, (_, i) => i % 16),
  metric: accuracy(),
  bits: 8,
  dynamic: false,
} as const;

let engine: Engine;
beforeAll(async () => {
  engine = await nodeEngine();
});
afterAll(() => engine.dispose());

test('tells how far the graph that was read is from the file', async () => {
  const { reading, record, bytes } = await quantiseOnnx(file, { ...given, engine });
  expect(reading).toBeLessThan(1e-6);
  expect(record).toMatchObject({
    passed: true,
    drop: 0,
    layers: ['parameters/w'],
    keptFloat32: [],
  });
  expect(bytes.length).toBeLessThan(file.length);
});

test('refuses a graph that is read otherwise than ONNX Runtime runs it', async () => {
  // The file itself answers a little differently than the graph that was read from it.
  const shifted: Engine = {
    ...engine,
    provider: engine.provider,
    threads: engine.threads,
    dispose: () => engine.dispose(),
    load: async (graph) => {
      const runner = await engine.load(graph);
      if (graph !== file) return runner;
      const run: Runner['run'] = async (feeds, fetch) => {
        const { logits } = await runner.run(feeds, fetch);
        return {
          logits: { ...logits!, data: (logits!.data as Float32Array).map((v) => v + 0.01) },
        };
      };
      return { ...runner, run, dispose: () => runner.dispose() };
    },
  };
  await expect(quantiseOnnx(file, { ...given, engine: shifted })).rejects.toMatchObject({
    code: 'gate-failed',
    given: expect.stringContaining('differ by 0.01') as string,
  });
});

test('refuses bytes that are no model', async () => {
  await expect(quantiseOnnx(new Uint8Array([1, 2, 3]), { ...given, engine })).rejects.toMatchObject(
    { code: 'corrupt-onnx' },
  );
});
