// A state that each step writes anew, in two ways: into buffers that are there (a stepper), and into new arrays that
// become the next state (runs). Rounds alternate, so that a busy machine slows both. With --record the result is kept
// in results/buffers.json, which docs/decisions/0006-runtime-buffers.md quotes.
import { mkdirSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import type { HostTensor } from '@limbeck/core';
import { nodeEngine } from '@limbeck/runtime/node';
import { input, type Tensor, toOnnx } from '@limbeck/tensor';

const states = [
  { tensors: 1, elements: 16_000_000, steps: 3 },
  { tensors: 50, elements: 100_000, steps: 20 },
  { tensors: 20, elements: 5_000, steps: 200 },
  { tensors: 300, elements: 64, steps: 60 },
] as const;
const rounds = 15;
const threads = 2;
const engine = await nodeEngine({ threads });

async function milliseconds(steps: number, step: () => Promise<void>): Promise<number> {
  const start = performance.now();
  for (let i = 0; i < steps; i++) await step();
  return (performance.now() - start) / steps;
}

const middle = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)]!;
const rounded = (value: number): number => Number(value.toPrecision(3));

const results = [];
for (const { tensors, elements, steps } of states) {
  const outputs: { [name: string]: Tensor } = {};
  const carry: { [output: string]: string } = {};
  let state: { [name: string]: HostTensor } = {};
  for (let i = 0; i < tensors; i++) {
    const weight = input(`weight${i}`, { dtype: 'float32', shape: [elements] });
    outputs[`next${i}`] = weight.mul(0.999).add(0.001);
    carry[`next${i}`] = `weight${i}`;
    const data = new Float32Array(elements).fill(i);
    state[`weight${i}`] = { dtype: 'float32', shape: [elements], data };
  }
  const runner = await engine.load(toOnnx(outputs));
  const stepper = await runner.stepper({ carry, state });
  const withBuffers = async (): Promise<void> => void (await stepper.step({}));
  const withNewArrays = async (): Promise<void> => {
    const written = await runner.run(state);
    state = Object.fromEntries(Object.entries(carry).map(([from, to]) => [to, written[from]!]));
  };
  await withBuffers();
  await withNewArrays();
  const buffers: number[] = [];
  const newArrays: number[] = [];
  for (let round = 0; round < rounds; round++) {
    buffers.push(await milliseconds(steps, withBuffers));
    newArrays.push(await milliseconds(steps, withNewArrays));
  }
  const result = {
    tensors,
    elements,
    buffersMs: { median: rounded(middle(buffers)), best: rounded(Math.min(...buffers)) },
    newArraysMs: { median: rounded(middle(newArrays)), best: rounded(Math.min(...newArrays)) },
  };
  console.log(JSON.stringify(result));
  results.push(result);
  await runner.dispose();
}
await engine.dispose();

if (process.argv.includes('--record')) {
  const machine = {
    cpu: os.cpus()[0]?.model,
    cores: os.availableParallelism(),
    node: process.version,
  };
  const folder = new URL('results/', import.meta.url);
  mkdirSync(folder, { recursive: true });
  const file = new URL('buffers.json', folder);
  writeFileSync(file, `${JSON.stringify({ rounds, threads, results, machine }, undefined, 2)}\n`);
}
