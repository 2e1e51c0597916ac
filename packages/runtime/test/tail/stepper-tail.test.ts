import { type HostTensor, hostTensor } from '@limbeck/core';
import type { Engine, HostTensors, Runner } from '@limbeck/runtime';
import { nodeEngine } from '@limbeck/runtime/node';
import {
  adamUpdate,
  grad,
  gradientNorm,
  input,
  movingAverage,
  scaled,
  scalar,
  sgdUpdate,
  type SplitTail,
  splitTail,
  type Tensor,
  toOnnx,
} from '@limbeck/tensor';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

let engine: Engine;
beforeAll(async () => {
  engine = await nodeEngine({ threads: 2 });
});
afterAll(() => engine.dispose());

const rows = 50;
const width = 6;
const table = input('table', { dtype: 'float32', shape: [rows, width] });
const bias = input('bias', { dtype: 'float32', shape: [width] });
const moment = (name: string): Tensor => input(name, { dtype: 'float32', shape: [rows, width] });
const ids = input('ids', { dtype: 'int64', shape: ['batch', 'tokens'] });

/** A step over a table that is looked up, with clipping, Adam, plain descent and an average. */
function step(): { outputs: { [name: string]: Tensor }; carry: { [output: string]: string } } {
  const loss = table.gather(ids).add(bias).square().mean();
  const [dTable, dBias] = grad(loss, [table, bias]);
  const { norm, factor } = gradientNorm([dTable!, dBias!], 0.01);
  const adam = adamUpdate({
    parameter: table,
    first: moment('m'),
    second: moment('v'),
    gradient: scaled(dTable!, factor),
    size: scalar(0.1),
    tiny: scalar(1e-8),
    betas: [0.9, 0.99],
  });
  const sgd = sgdUpdate({ parameter: bias, gradient: scaled(dBias!, factor), rate: scalar(0.1) });
  const count = input('count', { dtype: 'float32', shape: [] });
  const outputs = {
    loss,
    norm,
    'next/table': adam.parameter,
    'next/m': adam.first,
    'next/v': adam.second,
    'next/bias': sgd.parameter,
    'next/average': movingAverage(moment('average'), adam.parameter, scalar(0.1)),
    // What was before the step, although the step overwrites it; and a state that the graph writes.
    'next/before': movingAverage(moment('before'), table, scalar(1)),
    'next/count': count.add(loss),
  };
  const carry = Object.fromEntries(
    ['table', 'm', 'v', 'bias', 'average', 'before', 'count'].map((name) => [`next/${name}`, name]),
  );
  return { outputs, carry };
}

const spread = (shape: number[], k: number): HostTensor =>
  hostTensor(
    'float32',
    shape,
    Array.from({ length: shape.reduce((a, b) => a * b, 1) }, (_, i) => Math.sin(k + i)),
  );

const state = (): HostTensors => ({
  table: spread([rows, width], 1),
  bias: spread([width], 2),
  m: spread([rows, width], 3),
  v: hostTensor('float32', [rows, width], new Float32Array(rows * width).fill(0.5)),
  average: spread([rows, width], 4),
  before: spread([rows, width], 5),
  count: hostTensor('float32', [], [0]),
});

const feed = (batch: number, tokens: number): HostTensors => ({
  ids: hostTensor(
    'int64',
    [batch, tokens],
    Array.from({ length: batch * tokens }, (_, i) => (i * i) % rows),
  ),
});

async function both(): Promise<{
  split: SplitTail;
  carry: { [output: string]: string };
  whole: Runner;
  rest: Runner;
}> {
  const { outputs, carry } = step();
  const split = splitTail(outputs, { kernels: new Set(engine.kernels), state: carry });
  const whole = await engine.load(toOnnx(outputs));
  const rest = await engine.load({ ...toOnnx(split.outputs), tail: split.tail! });
  return { split, carry, whole, rest };
}

describe('a stepper with a tail', () => {
  test('ends with the bits of the whole graph, over batches of many sizes', async () => {
    const { split, carry, whole, rest } = await both();
    expect(split.tail!.steps.map(({ kernel }) => kernel).toSorted()).toEqual([
      'adam',
      'gradientNorm',
      'movingAverage',
      'movingAverage',
      'scatterAddRows',
      'sgd',
    ]);
    expect(Object.keys(rest.outputs).toSorted()).toEqual(Object.keys(whole.outputs).toSorted());
    const results = [];
    for (const runner of [whole, rest]) {
      const stepper = await runner.stepper({ carry, state: state() });
      const said = [];
      // Growing batches make the memory of the tail grow under the state.
      for (const [batch, tokens] of [
        [1, 3],
        [4, 8],
        [64, 200],
        [2, 2],
        [300, 90],
      ] as const) {
        const { loss, norm } = await stepper.step(feed(batch, tokens));
        said.push([...loss!.data], [...norm!.data]);
      }
      results.push({ said, state: await stepper.read() });
      await stepper.dispose();
    }
    expect(results[1]).toEqual(results[0]);
  });

  test('gives one run over copies, as a graph without a tail does', async () => {
    const { whole, rest } = await both();
    const feeds = { ...state(), ...feed(2, 5) };
    expect(await rest.run(feeds)).toEqual(await whole.run(feeds));
    expect(await rest.run(feeds, ['next/m', 'norm'])).toEqual(
      await whole.run(feeds, ['next/m', 'norm']),
    );
    expect(feeds).toEqual({ ...state(), ...feed(2, 5) });
  });

  test('reads back what is written', async () => {
    const { carry, rest } = await both();
    const stepper = await rest.stepper({ carry, state: state() });
    await stepper.step(feed(2, 2));
    await stepper.write({ table: spread([rows, width], 9) });
    expect(await stepper.read(['table'])).toEqual({ table: spread([rows, width], 9) });
  });

  test('leaves the state as it was when a run fails', async () => {
    const { carry, rest } = await both();
    const stepper = await rest.stepper({ carry, state: state() });
    const bad = { ids: hostTensor('int64', [1, 1], [rows]) };
    await expect(stepper.step(bad)).rejects.toMatchObject({ code: 'engine-failed' });
    expect(await stepper.read()).toEqual(state());
    await stepper.step(feed(1, 1));
    expect(await stepper.read()).not.toEqual(state());
  });
});

describe('the guard', () => {
  const poisoned = (): HostTensors => {
    const given = state();
    (given['bias']!.data as Float32Array)[3] = Number.NaN;
    return given;
  };

  test.each([['loss'], ['norm']])(
    'keeps the state, and brings out what was asked for, where %s is not finite',
    async (name) => {
      const { carry, whole, rest } = await both();
      for (const runner of [rest, ...(name === 'loss' ? [whole] : [])]) {
        const stepper = await runner.stepper({ carry, state: poisoned(), guard: [name] });
        const { loss } = await stepper.step(feed(2, 2), ['loss']);
        expect(loss!.data[0]).toBeNaN();
        expect(await stepper.read()).toEqual(poisoned());
        await stepper.write({ bias: spread([width], 2) });
        await stepper.step(feed(2, 2), []);
        expect(await stepper.read(['table'])).not.toEqual({ table: state()['table'] });
      }
    },
  );

  test('lets a step count whose outputs are not guarded', async () => {
    const { carry, rest } = await both();
    const stepper = await rest.stepper({ carry, state: poisoned() });
    await stepper.step(feed(2, 2));
    const { count } = await stepper.read(['count']);
    expect(count!.data[0]).toBeNaN();
  });

  test('refuses names that are no outputs, whole numbers, and outputs that are known too late', async () => {
    const { carry, rest } = await both();
    const given = { carry, state: state() };
    await expect(rest.stepper({ ...given, guard: ['lost'] })).rejects.toMatchObject({
      code: 'unknown-name',
    });
    const whole = await engine.load(toOnnx({ largest: table.argMax(0) }));
    const counted = whole.stepper({ carry: {}, state: {}, guard: ['largest'] });
    await expect(counted).rejects.toMatchObject({ code: 'dtype-mismatch' });
    const { outputs } = step();
    const late = {
      loss: outputs['loss']!,
      'next/table': outputs['next/table']!,
      m: outputs['next/m']!,
    };
    const split = splitTail(late, {
      kernels: new Set(engine.kernels),
      state: { 'next/table': 'table' },
    });
    const runner = await engine.load({ ...toOnnx(split.outputs), tail: split.tail! });
    const { table: start } = state();
    const options = { carry: { 'next/table': 'table' }, state: { table: start! }, guard: ['m'] };
    await expect(runner.stepper(options)).rejects.toMatchObject({ code: 'invalid-option' });
    const stepper = await runner.stepper({ ...options, guard: ['loss'] });
    const { m, v, bias: b } = state();
    const feeds = { ...feed(2, 2), m: m!, v: v!, bias: b! };
    expect((await stepper.step(feeds))['m']!.data.every(Number.isFinite)).toBe(true);
    // Once the loss is NaN, what the update alone makes is NaN, not what the last step left.
    await stepper.write({
      table: hostTensor('float32', [rows, width], new Float32Array(rows * width).fill(Number.NaN)),
    });
    expect((await stepper.step(feeds))['m']!.data.every(Number.isNaN)).toBe(true);
  });
});

describe('a tail that does not fit', () => {
  test('is refused where it is carried elsewhere', async () => {
    const { carry, rest } = await both();
    const { 'next/m': _, ...less } = carry;
    await expect(rest.stepper({ carry: less, state: state() })).rejects.toMatchObject({
      code: 'invalid-option',
      message: expect.stringContaining('Pass splitTail the same state as carry'),
    });
  });

  test('is refused where it names a kernel that is not there', async () => {
    const { split } = await both();
    const steps = split.tail!.steps.map((each) => ({ ...each, kernel: 'lion' }));
    const graph = { ...toOnnx(split.outputs), tail: { ...split.tail!, steps } };
    await expect(engine.load(graph)).rejects.toMatchObject({ code: 'unknown-operator' });
  });

  test('names an index outside of the table', async () => {
    const n = input('n', { dtype: 'int32', shape: ['rows'] });
    const updates = input('updates', { dtype: 'float32', shape: ['rows', 2] });
    const outputs = { sum: updates.sum(), added: updates.scatterAddRows(n, 3) };
    const split = splitTail(outputs, { kernels: new Set(engine.kernels), state: {} });
    const runner = await engine.load({ ...toOnnx(split.outputs), tail: split.tail! });
    const feeds = (index: number): HostTensors => ({
      n: hostTensor('int32', [2], [1, index]),
      updates: spread([2, 2], 0),
    });
    const { added } = await runner.run(feeds(-3));
    expect([...added!.data].slice(0, 2)).toEqual([...spread([2, 2], 0).data].slice(2));
    await expect(runner.run(feeds(3))).rejects.toMatchObject({
      code: 'engine-failed',
      message: expect.stringContaining('outside the table'),
    });
  });
});
