import { fc, test } from '@fast-check/vitest';
import { type HostTensor, hostTensor } from '@limbeck/core';
import { type Engine, type HostTensors } from '@limbeck/runtime';
import { nodeEngine } from '@limbeck/runtime/node';
import { webEngine } from '@limbeck/runtime/web';
import {
  adamUpdate,
  gradientNorm,
  input,
  movingAverage,
  scaled,
  scalar,
  sgdUpdate,
  splitTail,
  type Tensor,
  toOnnx,
} from '@limbeck/tensor';
import { afterAll, beforeAll, describe, expect } from 'vitest';

let engine: Engine;

/** ONNX Runtime's two builds for JavaScript: native code and WebAssembly. */
const engines: { readonly [name: string]: () => Promise<Engine> } = {
  'onnxruntime-node': () => nodeEngine({ threads: 2 }),
  'onnxruntime-web': () => webEngine({ threads: 1 }),
};

/** Float32 numbers of every kind: usual ones, denormals, huge ones, both zeros, infinities, NaN. */
const numbers = fc.oneof(
  { weight: 8, arbitrary: fc.float({ min: -2, max: 2, noNaN: true }) },
  { weight: 1, arbitrary: fc.float({ noNaN: true }) },
  { weight: 1, arbitrary: fc.constantFrom(0, -0, 1e-45, -1e-40, 3e38, Infinity, -Infinity, NaN) },
);

const sizes = fc.oneof(fc.integer({ min: 0, max: 40 }), fc.constantFrom(64, 127, 1000, 4099));

/** Enough numbers for `count` tensors of one size, repeated from a short random list with a shift. */
const tensors = (count: number) =>
  fc
    .tuple(sizes, fc.array(numbers, { minLength: 5, maxLength: 60 }), fc.boolean())
    .map(([size, some, signless]) =>
      Array.from({ length: count }, (_, k) =>
        Float32Array.from({ length: size }, (_, i) => {
          const value = some[(i * (k + 3) + k) % some.length]! * (1 + (i % 7) / 64);
          // Second moments are not negative where training made them.
          return signless && k === 2 ? Math.abs(value) : value;
        }),
      ),
    );

const spec = (size: number) => ({ dtype: 'float32', shape: [size] }) as const;
const host = (data: Float32Array): HostTensor => hostTensor('float32', [data.length], data);

/** What a float32 is made of; every NaN counts as the same. */
function bits({ data }: HostTensor): number[] {
  const words = new Uint32Array(Float32Array.from(data as Float32Array).buffer);
  return [...words].map((word, i) => (Number.isNaN(data[i]) ? -1 : word));
}

/** Runs a step whole on ONNX Runtime and with its tail split off, and compares what both leave. */
async function expectEqual(
  given: { readonly [name: string]: Tensor },
  carry: { readonly [output: string]: string },
  state: HostTensors,
  fed: HostTensors,
): Promise<void> {
  // A graph needs an output of its own.
  const outputs = { ...given, own: input('more', spec(1)).neg() };
  const feeds = { ...fed, more: host(Float32Array.of(1)) };
  const split = splitTail(outputs, { kernels: new Set(engine.kernels), state: carry });
  expect(split.tail?.steps.length).toBeGreaterThan(0);
  const whole = await engine.load(toOnnx(outputs));
  const rest = await engine.load({ ...toOnnx(split.outputs), tail: split.tail! });
  const results: { [name: string]: number[] }[] = [];
  for (const runner of [whole, rest]) {
    const stepper = await runner.stepper({ carry, state });
    const seen: { [name: string]: number[] } = {};
    for (let step = 0; step < 2; step++) {
      const said = await stepper.step(feeds);
      for (const [name, value] of Object.entries(said)) seen[`${step}/${name}`] = bits(value);
    }
    for (const [name, value] of Object.entries(await stepper.read())) seen[name] = bits(value);
    results.push(seen);
    await runner.dispose();
  }
  expect(results[1]).toEqual(results[0]);
}

const runs = { numRuns: 30, seed: 11 };

describe.each(Object.entries(engines))(
  'the loops are equal to the bit with the operators on %s',
  (_name, create) => {
    beforeAll(async () => {
      engine = await create();
    });
    afterAll(() => engine.dispose());

    test.prop(
      [
        tensors(4),
        numbers,
        numbers,
        fc.option(numbers),
        fc.option(numbers),
        fc.constantFrom(0, 0.1),
      ],
      runs,
    )('adamUpdate', async ([theta, m, v, g], size, tiny, shrink, factor, coupled) => {
      const n = theta!.length;
      const factors = factor === null ? {} : { factor: host(Float32Array.of(factor)) };
      // Whatever is no number of elements yet must pass through the graph, or it would be an input of the tail alone.
      const gradient = input('g', spec(n)).neg().neg();
      const updated = adamUpdate({
        parameter: input('theta', spec(n)),
        first: input('m', spec(n)),
        second: input('v', spec(n)),
        gradient: factor === null ? gradient : scaled(gradient, input('factor', spec(1)).sum()),
        size: scalar(size),
        tiny: scalar(tiny),
        ...(shrink === null ? {} : { shrink: scalar(shrink) }),
        coupled,
        betas: [0.9, 0.999],
      });
      await expectEqual(
        { theta1: updated.parameter, m1: updated.first, v1: updated.second },
        { theta1: 'theta', m1: 'm', v1: 'v' },
        { theta: host(theta!), m: host(m!), v: host(v!) },
        { g: host(g!), ...factors },
      );
    });

    test.prop(
      [tensors(3), numbers, fc.constantFrom(0, 0.9), fc.boolean(), fc.constantFrom(0, 0.01)],
      runs,
    )('sgdUpdate', async ([theta, v, g], rate, momentum, nesterov, coupled) => {
      const n = theta!.length;
      const updated = sgdUpdate({
        parameter: input('theta', spec(n)),
        ...(momentum === 0 ? {} : { velocity: input('v', spec(n)), momentum, nesterov }),
        gradient: scaled(input('g', spec(n)), scalar(0.3)),
        rate: scalar(rate),
        coupled,
      });
      const moving = updated.velocity === undefined ? {} : { v1: updated.velocity };
      await expectEqual(
        { theta1: updated.parameter, ...moving },
        { theta1: 'theta', ...(momentum === 0 ? {} : { v1: 'v' }) },
        { theta: host(theta!), ...(momentum === 0 ? {} : { v: host(v!) }) },
        { g: host(g!) },
      );
    });

    test.prop([tensors(2), numbers], runs)('movingAverage', async ([a, theta], taken) => {
      const n = a!.length;
      const next = movingAverage(input('a', spec(n)), input('theta', spec(n)), scalar(taken));
      await expectEqual({ next }, { next: 'a' }, { a: host(a!) }, { theta: host(theta!) });
    });

    test.prop([fc.array(tensors(1), { minLength: 1, maxLength: 4 }), fc.boolean()], runs)(
      'gradientNorm, over several gradients of any sizes',
      async (all, finite) => {
        const gradients = all.map(([g]) =>
          finite ? g!.map((x) => (Number.isFinite(x) ? x : 0.5)) : g!,
        );
        const inputs = gradients.map((g, i) => input(`g${i}`, spec(g.length)));
        const { norm, factor } = gradientNorm(inputs, 1);
        const feeds = Object.fromEntries(gradients.map((g, i) => [`g${i}`, host(g)]));
        await expectEqual({ norm, factor }, {}, {}, feeds);
      },
    );
  },
);
