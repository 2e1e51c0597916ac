import { hostTensor } from '@limbeck/core';
import { createRunner, type Runner, type Stepper } from '@limbeck/runtime';
import { beforeEach, describe, expect, test } from 'vitest';
import { FakeSession, scalar, vector } from './support/fake-session.js';

let session: FakeSession;
let runner: Runner;
let stepper: Stepper;
const start = scalar(10);
const offset = vector(0, 0);
beforeEach(async () => {
  session = new FakeSession();
  runner = createRunner(session, { batchedProducts: false });
  stepper = await runner.stepper({
    carry: { next: 'total' },
    state: { total: start },
    constants: { offset },
  });
});

describe('step', () => {
  test('carries the state on, and gives what is not carried', async () => {
    expect(await stepper.step({ x: vector(1, 2) })).toEqual({ doubled: vector(2, 4) });
    expect(await stepper.step({ x: vector(3, 4) }, [])).toEqual({});
    expect(await stepper.read()).toEqual({ total: scalar(20) });
    expect(start).toEqual(scalar(10));
  });

  test('writes into the set that it does not read, and swaps them', async () => {
    await stepper.step({ x: vector(1, 2) });
    await stepper.step({ x: vector(1, 2) });
    await stepper.step({ x: vector(1, 2) });
    const [first, second, third] = session.runs;
    expect(first!.into['next']!.data).not.toBe(first!.feeds['total']!.data);
    expect(second!.feeds['total']!.data).toBe(first!.into['next']!.data);
    expect(second!.into['next']!.data).toBe(first!.feeds['total']!.data);
    expect(third!.feeds['total']!.data).toBe(first!.feeds['total']!.data);
  });

  test('feeds constants as they are, without a copy', async () => {
    await stepper.step({ x: vector(1, 2) });
    expect(session.runs[0]!.feeds['offset']!.data).toBe(offset.data);
  });

  test('runs one after another in the order asked for', async () => {
    const steps = [1, 2, 3].map((each) => stepper.step({ x: vector(each, 0) }));
    const between = stepper.read();
    const last = stepper.step({ x: vector(4, 0) });
    await Promise.all([...steps, last]);
    expect(await between).toEqual({ total: scalar(16) });
    expect(await stepper.read()).toEqual({ total: scalar(20) });
  });

  test('leaves the state as it was when it fails, and goes on', async () => {
    session.failure = new Error('no memory');
    await expect(stepper.step({ x: vector(1, 2) })).rejects.toThrow('no memory');
    session.failure = undefined;
    expect(await stepper.read()).toEqual({ total: scalar(10) });
    await stepper.step({ x: vector(1, 2) });
    expect(await stepper.read()).toEqual({ total: scalar(13) });
  });

  test.each([
    ['missing-signal', {}, undefined],
    ['unknown-name', { x: vector(1, 2), total: scalar(1) }, undefined],
    ['unknown-name', { x: vector(1, 2), offset: vector(1, 2) }, undefined],
    ['unknown-name', { x: vector(1, 2) }, ['next']],
    // The constant has two elements along the same name.
    ['shape-mismatch', { x: vector(1, 2, 3) }, undefined],
  ])('refuses with %s: %j %j', async (code, feeds, fetch) => {
    await expect(stepper.step(feeds, fetch)).rejects.toMatchObject({ code });
    expect(session.runs).toEqual([]);
  });
});

describe('read and write', () => {
  test('read gives copies, write takes them', async () => {
    const before = await stepper.read();
    const given = scalar(5);
    await stepper.write({ total: given });
    (given.data as Float32Array)[0] = 99;
    expect(await stepper.read(['total'])).toEqual({ total: scalar(5) });
    expect(before).toEqual({ total: scalar(10) });
    await stepper.step({ x: vector(1, 2) });
    expect(await stepper.read()).toEqual({ total: scalar(8) });
  });

  test.each([
    ['unknown-name', { offset: vector(1, 2) }],
    ['shape-mismatch', { total: vector(1) }],
    ['dtype-mismatch', { total: hostTensor('int32', [], [1]) }],
    ['shape-mismatch', { total: { ...scalar(1), data: new Float32Array(2) } }],
  ])('write refuses with %s, and changes nothing', async (code, state) => {
    await expect(stepper.write({ ...state })).rejects.toMatchObject({ code });
    expect(await stepper.read()).toEqual({ total: scalar(10) });
  });

  test('read refuses a name that is no state', async () => {
    await expect(stepper.read(['x'])).rejects.toMatchObject({ code: 'unknown-name' });
  });

  test('nothing is taken after dispose', async () => {
    await stepper.dispose();
    await stepper.dispose();
    await expect(stepper.step({ x: vector(1, 2) })).rejects.toMatchObject({ code: 'disposed' });
    await expect(stepper.read()).rejects.toMatchObject({ code: 'disposed' });
    await expect(stepper.write({})).rejects.toMatchObject({ code: 'disposed' });
  });
});

describe('what is carried must fit', () => {
  const state = { total: scalar(0) };
  test.each([
    ['an output that is not there', 'unknown-name', { carry: { sum: 'total' }, state }],
    ['no value to start from', 'unknown-name', { carry: { next: 'offset' }, state }],
    ['state that is no input', 'unknown-name', { carry: {}, state: { ...state, sum: scalar(0) } }],
    [
      'a constant that is state',
      'duplicate-name',
      { carry: { next: 'total' }, state, constants: state },
    ],
    ['another shape', 'shape-mismatch', { carry: { doubled: 'total' }, state }],
    [
      'values that are not of the shape of the input',
      'shape-mismatch',
      { carry: { next: 'total' }, state: { total: vector(1) } },
    ],
  ])('%s: %s', async (_what, code, options) => {
    await expect(runner.stepper(options)).rejects.toMatchObject({ code });
  });

  test('two outputs for one input', async () => {
    class Twice extends FakeSession {
      override readonly outputs = {
        next: { dtype: 'float32', shape: [] },
        other: { dtype: 'float32', shape: [] },
      } as const;
    }
    const twice = createRunner(new Twice(), { batchedProducts: false });
    const call = twice.stepper({ carry: { next: 'total', other: 'total' }, state });
    await expect(call).rejects.toMatchObject({ code: 'duplicate-name' });
  });

  test('state may name a size: it is fixed by where the state starts', async () => {
    const named = await runner.stepper({
      carry: { doubled: 'x' },
      state: { x: vector(1, 2) },
    });
    await expect(named.step({ total: scalar(0), offset: vector(0, 0, 0) })).rejects.toMatchObject({
      code: 'shape-mismatch',
    });
    await expect(named.write({ x: vector(1, 2, 3) })).rejects.toMatchObject({
      code: 'shape-mismatch',
    });
  });
});

describe('values that are no tensors', () => {
  const odd = { ...vector(1, 2), data: [1, 2] } as never;

  test('are refused where they are fed, written or given to start from', async () => {
    const refused = { code: 'invalid-data', given: expect.stringContaining('array') as string };
    await expect(stepper.step({ x: odd })).rejects.toMatchObject(refused);
    await expect(stepper.write({ total: odd })).rejects.toMatchObject(refused);
    await expect(stepper.write(undefined as never)).rejects.toMatchObject({ code: 'invalid-data' });
    const call = runner.stepper({ carry: { next: 'total' }, state: { total: odd } });
    await expect(call).rejects.toMatchObject(refused);
    expect(session.runs).toEqual([]);
  });
});

test('steps that wait for others are not begun after an abort', async () => {
  const abort = new AbortController();
  const own = createRunner(session, { batchedProducts: false, abortSignal: abort.signal });
  const steps = await own.stepper({
    carry: { next: 'total' },
    state: { total: start },
    constants: { offset },
  });
  let open = (): void => undefined;
  session.gate = new Promise((resolve) => (open = resolve));
  const calls = [1, 2, 3].map((value) => steps.step({ x: vector(value, 0) }, []));
  await Promise.resolve();
  abort.abort('enough');
  open();
  const settled = await Promise.allSettled(calls);
  expect(settled.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'rejected']);
  expect(settled[1]).toMatchObject({ reason: { code: 'aborted', cause: 'enough' } });
  expect(session.runs).toHaveLength(1);
});
