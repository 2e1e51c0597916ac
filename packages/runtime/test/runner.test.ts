import { setTimeout as sleep } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { hostTensor } from '@limbeck/core';
import { createRunner, type HostTensors, type Runner, type Stepper } from '@limbeck/runtime';
import { beforeEach, describe, expect, test, vi } from 'vitest';
import { FakeSession, scalar, vector } from './support/fake-session.js';

let session: FakeSession;
let runner: Runner;
beforeEach(() => {
  session = new FakeSession();
  runner = createRunner(session, { batchedProducts: false });
});

const feeds = { x: vector(1, 2), total: scalar(10), offset: vector(0, 0) };

describe('run', () => {
  test('gives what is asked for, and nothing else', async () => {
    expect(await runner.run(feeds)).toEqual({ next: scalar(13), doubled: vector(2, 4) });
    expect(await runner.run(feeds, ['next'])).toEqual({ next: scalar(13) });
    expect(Object.keys(session.runs[1]!.into)).toEqual(['next']);
  });

  test('runs nothing for an empty list', async () => {
    expect(await runner.run(feeds, [])).toEqual({});
    expect(session.runs).toEqual([]);
  });

  test('rounds float64 to float32, as the interpreter takes both', async () => {
    const x = hostTensor('float64', [2], [0.1, 0.2]);
    await runner.run({ ...feeds, x });
    expect(session.runs[0]!.feeds['x']).toEqual(vector(0.1, 0.2));
  });

  test.each([
    ['missing-signal', { x: vector(1), total: scalar(0) }, 'Feed "offset"'],
    ['unknown-name', { ...feeds, y: scalar(1) }, 'a value for "y"'],
    ['dtype-mismatch', { ...feeds, x: hostTensor('int32', [2], [1, 2]) }, 'int32 [2]'],
    ['shape-mismatch', { ...feeds, x: vector(1, 2, 3) }, 'batch = 3'],
    ['shape-mismatch', { ...feeds, total: vector(1) }, 'float32 [1]'],
    ['shape-mismatch', { ...feeds, x: { ...vector(1, 2, 3), shape: [2] } }, '3 elements'],
    ['shape-mismatch', { ...feeds, x: { ...vector(1, 2), shape: [-2] } }, 'the shape [-2]'],
    [
      'dtype-mismatch',
      { ...feeds, x: { ...vector(1), data: new Float64Array(1) } },
      'Float64Array',
    ],
    ['invalid-data', { ...feeds, x: { ...vector(1, 2), data: [1, 2] } }, 'an array as data'],
    ['invalid-data', { ...feeds, x: null }, 'null'],
    ['invalid-data', { ...feeds, x: [1, 2] }, 'an array'],
    ['invalid-data', undefined, 'undefined'],
  ])('refuses with %s', async (code, given, text) => {
    await expect(runner.run(given as HostTensors)).rejects.toMatchObject({
      code,
      message: expect.stringContaining(text) as string,
    });
    expect(session.runs).toEqual([]);
  });

  test('refuses an output that is not there', async () => {
    const call = runner.run(feeds, ['tripled']);
    await expect(call).rejects.toMatchObject({
      code: 'unknown-name',
      expected: 'one of next, doubled',
    });
  });

  test('refuses a size of 0 where the graph holds batched products, and there alone', async () => {
    const empty = { x: vector(), total: scalar(1), offset: vector() };
    expect(await runner.run(empty, ['next'])).toEqual({ next: scalar(1) });
    const guarded = createRunner(session, { batchedProducts: true });
    await expect(guarded.run(empty)).rejects.toMatchObject({
      code: 'invalid-data',
      given: '"x" with shape [0]',
    });
  });
});

describe('dispose', () => {
  test('waits for the runs asked for, releases once, and refuses what comes later', async () => {
    let open!: () => void;
    session.gate = new Promise((resolve) => {
      open = resolve;
    });
    const running = runner.run(feeds, ['next']);
    const disposed = runner.dispose();
    await expect(runner.run(feeds)).rejects.toMatchObject({ code: 'disposed' });
    expect(session.released).toBe(0);
    open();
    expect(await running).toEqual({ next: scalar(13) });
    await disposed;
    await runner.dispose();
    expect(session.released).toBe(1);
  });

  test('ends the steppers too', async () => {
    const state = { total: scalar(0) };
    const stepper = await runner.stepper({ carry: { next: 'total' }, state });
    await runner.dispose();
    await expect(stepper.step({})).rejects.toMatchObject({ code: 'disposed' });
    await expect(runner.stepper({ carry: {}, state })).rejects.toMatchObject({ code: 'disposed' });
  });

  test('a stepper that is disposed of is kept by nobody', async () => {
    setFlagsFromString('--expose-gc');
    const collect = runInNewContext('gc') as () => void;
    const open = async (dispose: boolean): Promise<WeakRef<Stepper>> => {
      const state = { total: scalar(0) };
      const stepper = await runner.stepper({ carry: { next: 'total' }, state });
      await stepper.step({ x: feeds.x, offset: feeds.offset });
      if (dispose) await stepper.dispose();
      return new WeakRef(stepper);
    };
    const [gone, kept] = [await open(true), await open(false)];
    for (let i = 0; i < 5 && gone.deref() !== undefined; i++) {
      await sleep(10);
      collect();
    }
    expect(gone.deref()).toBeUndefined();
    // The runner ends those that are open.
    expect(kept.deref()).toBeDefined();
    await runner.dispose();
  });

  test('says when it is gone: whoever keeps it may forget it', async () => {
    const ended = vi.fn();
    const told = createRunner(session, { batchedProducts: false, ended });
    await told.run(feeds);
    expect(ended).not.toHaveBeenCalled();
    await Promise.all([told.dispose(), told.dispose()]);
    expect(ended).toHaveBeenCalledTimes(1);
    expect(session.released).toBe(1);
  });

  test('an abort signal refuses calls, with its reason', async () => {
    const controller = new AbortController();
    const { signal: abortSignal } = controller;
    const aborting = createRunner(session, { batchedProducts: false, abortSignal });
    await aborting.run(feeds);
    controller.abort('stop');
    await expect(aborting.run(feeds)).rejects.toMatchObject({ code: 'aborted', cause: 'stop' });
    await aborting.dispose();
    expect(session.released).toBe(1);
  });
});
