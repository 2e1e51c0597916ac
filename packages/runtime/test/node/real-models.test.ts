import { type HostTensor, Rng } from '@limbeck/core';
import type { Engine } from '@limbeck/runtime';
import { nodeEngine } from '@limbeck/runtime/node';
import { fromOnnx, grad, interpret, type OnnxImport, type Tensor, toOnnx } from '@limbeck/tensor';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { requires } from '../../../../test-support/requires.js';
import { numbers } from '../support/agree.js';
import { open, realModels } from '../support/real-models.js';

let engine: Engine;
beforeAll(async () => {
  engine = await nodeEngine({ threads: 1 });
});
afterAll(() => engine.dispose());

const cases = Object.keys(realModels);

async function run(bytes: Uint8Array, feeds: { readonly [name: string]: HostTensor }) {
  const runner = await engine.load(bytes);
  const outputs = await runner.run(feeds);
  await runner.dispose();
  return outputs;
}

/** The largest |a − b| / max(1, |b|) over all outputs. */
function distance(
  given: { readonly [name: string]: HostTensor },
  expected: { readonly [name: string]: HostTensor },
): number {
  expect(Object.keys(given)).toEqual(Object.keys(expected));
  return Math.max(
    ...Object.entries(expected).flatMap(([name, wanted]) => {
      expect(given[name]!.shape).toEqual(wanted.shape);
      const values = numbers(given[name]!);
      return numbers(wanted).map((b, i) => Math.abs(values[i]! - b) / Math.max(1, Math.abs(b)));
    }),
  );
}

function readBack(bytes: Uint8Array, name: string): OnnxImport {
  return fromOnnx(bytes, realModels[name]!.options);
}

describe('a pretrained file that fromOnnx reads', () => {
  test.for(cases)(
    'gives what ONNX Runtime gives, on the interpreter: %s',
    { timeout: 60_000 },
    async (name, context) => {
      const { bytes, feeds } = open(requires('data', context), name);
      const { outputs, parameters } = readBack(bytes, name);
      const given = interpret(outputs, { ...feeds, ...parameters });
      expect(distance(given, await run(bytes, feeds))).toBeLessThan(1e-5);
    },
  );

  test.for(cases)(
    'gives the same when it is written again, and has the same names: %s',
    { timeout: 60_000 },
    async (name, context) => {
      const { bytes, feeds } = open(requires('data', context), name);
      const { inputs, outputs, parameters, fileNames } = readBack(bytes, name);
      const again = toOnnx(outputs, { initialisers: parameters, inputs });
      expect(distance(await run(again.bytes, feeds), await run(bytes, feeds))).toBeLessThan(1e-5);
      const back = fromOnnx(again.bytes);
      expect(Object.keys(back.parameters).sort()).toEqual(Object.keys(parameters).sort());
      expect(Object.keys(parameters).filter((path) => path.startsWith('onnx::'))).toEqual([]);
      expect(new Set(Object.values(fileNames)).size).toBe(Object.keys(fileNames).length);
    },
  );

  test.for(['resnet20', 'bert', 'stories260k'])(
    'has the gradient of central differences along drawn directions: %s',
    { timeout: 120_000 },
    (name, context) => {
      const { bytes, feeds } = open(requires('data', context), name);
      const { outputs, parameters, parameterTensors } = readBack(bytes, name);
      expectDirections(outputs['logits']!, parameterTensors, { ...feeds, ...parameters }, name);
    },
  );

  test('names anonymous weights by the modules that use them', (context) => {
    const { bytes } = open(requires('data', context), 'bert');
    const { fileNames, tap, taps } = readBack(bytes, 'bert');
    expect(fileNames['L.0.q.weight']).toBe('onnx::MatMul_306');
    expect(fileNames['L.1.u.weight']).toBe('onnx::MatMul_323');
    expect(fileNames['L.0.q.bias']).toBe('L.0.q.bias');
    expect(taps).toContain('L.0/q/Add');
    expect(tap('L.0/q/Add').shape).toEqual(['batch', 'sequence', 128]);
  });
});

/**
 * Σ d·∂L along two directions over all parameters, against (L(p + εd) − L(p − εd)) / 2ε in float64. Half of a direction is
 * drawn and half of it the gradient's own, so that the sum is not lost among the weights; both have length 1.
 */
function expectDirections(
  output: Tensor,
  tensors: { readonly [name: string]: Tensor },
  feeds: { readonly [name: string]: HostTensor },
  name: string,
): void {
  const rng = Rng.from(5).stream(name);
  const names = Object.keys(tensors);
  const loss = output.tanh().square().mean();
  const gradients = grad(
    loss,
    names.map((each) => tensors[each]!),
  );
  const named = Object.fromEntries(names.map((each, i) => [each, gradients[i]!]));
  const at = interpret(named, feeds);
  const gradient = names.map((each) => numbers(at[each]!));
  const length = norm(gradient);
  expect(length).toBeGreaterThan(0);
  for (let drawn = 0; drawn < 2; drawn++) {
    const noise = gradient.map((part) => part.map(() => rng.normal()));
    const scale = norm(noise);
    const direction = gradient.map((part, i) =>
      part.map((g, j) => g / length + noise[i]![j]! / scale),
    );
    const epsilon = 1e-5;
    const shifted = (by: number): number => {
      const moved = names.map((each, i): [string, HostTensor] => {
        const { shape } = feeds[each]!;
        const values = numbers(feeds[each]!).map((x, j) => x + by * direction[i]![j]!);
        return [each, { dtype: 'float64', shape, data: Float64Array.from(values) }];
      });
      return interpret({ loss }, { ...feeds, ...Object.fromEntries(moved) }).loss.data[0] as number;
    };
    const difference = (shifted(epsilon) - shifted(-epsilon)) / (2 * epsilon);
    const product = gradient.reduce(
      (total, part, i) => part.reduce((sum, g, j) => sum + g * direction[i]![j]!, total),
      0,
    );
    expect(Math.abs(product - difference) / length).toBeLessThan(1e-4);
  }
}

/** The length of a vector in parts. */
function norm(parts: readonly (readonly number[])[]): number {
  return Math.sqrt(parts.reduce((total, part) => part.reduce((sum, x) => sum + x * x, total), 0));
}
