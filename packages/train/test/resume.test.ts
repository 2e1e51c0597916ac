import type { Engine } from '@limbeck/runtime';
import { nodeEngine } from '@limbeck/runtime/node';
import { type CheckpointRecord, memoryStore, train } from '@limbeck/train';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { decodeCheckpoint, encodeCheckpoint } from '../src/checkpoint.js';
import { copyOf, everything, linear, stopAt } from './support/programs.js';

let engine: Engine;
beforeAll(async () => {
  engine = await nodeEngine({ threads: 1 });
});
afterAll(() => engine.dispose());

describe('resume', () => {
  test.each([1, 5, 11, 14, 19])('at step %i ends with the same bits', async (step) => {
    const options = { engine, seed: 4 };
    const whole = await train(everything(), options);
    expect(whole.step).toBe(20); // best at 12, then two worse evaluations
    const checkpoints = memoryStore();
    const error = await stopAt(everything() as never, step, { ...options, checkpoints });
    expect(error).toMatchObject({ code: 'interrupted', message: expect.stringContaining('saved') });
    const resumed = await train(everything(), { ...options, checkpoints });
    expect(resumed.hash).toBe(whole.hash);
    expect(resumed.best).toEqual(whole.best);
    expect(resumed.evaluations).toEqual(whole.evaluations);
    expect(resumed.epochs).toEqual(whole.epochs);
    expect(resumed.best).not.toEqual(resumed.state);
  });

  test('after the end changes nothing', async () => {
    const checkpoints = memoryStore();
    const first = await train(linear(), { engine, checkpoints });
    const second = await train(linear(), { engine, checkpoints });
    expect([second.hash, second.step]).toEqual([first.hash, first.step]);
  });

  test('another seed, another run', async () => {
    const [a, b] = [await train(linear(), { engine }), await train(linear(), { engine, seed: 1 })];
    expect(a.hash).not.toBe(b.hash);
  });

  test('refuses the checkpoint of another program or seed', async () => {
    const checkpoints = memoryStore();
    await train(linear(), { engine, checkpoints });
    await expect(train(linear(), { engine, checkpoints, seed: 2 })).rejects.toMatchObject({
      code: 'checkpoint-mismatch',
    });
    await expect(train(everything(), { engine, checkpoints })).rejects.toMatchObject({
      code: 'checkpoint-mismatch',
    });
  });

  test('leaves what it refuses as it was: nothing that was finished is lost', async () => {
    const checkpoints = memoryStore();
    await train(linear(), { engine, checkpoints });
    const before = (await checkpoints.read('last'))!;
    const call = (options: object, program = linear()) =>
      train(program, { engine, checkpoints, ...options });
    await expect(call({ seed: 2 })).rejects.toMatchObject({ code: 'checkpoint-mismatch' });
    await expect(call({}, linear({ steps: 31 }))).rejects.toMatchObject({
      code: 'checkpoint-mismatch',
      next: expect.stringContaining('a folder of its own') as string,
    });
    expect(await checkpoints.read('last')).toEqual(before);

    const { record, state } = await decodeCheckpoint<CheckpointRecord>('last', before);
    const newer = await encodeCheckpoint({ ...record, formatVersion: 2 }, state);
    await checkpoints.write('last', newer);
    await expect(call({})).rejects.toMatchObject({ code: 'format-too-new' });
    await checkpoints.write('last', before.slice(0, -1));
    await expect(call({})).rejects.toMatchObject({ code: 'corrupt-file' });
    expect(await checkpoints.read('last')).toEqual(before.slice(0, -1));
  });
});

test('a best state newer than the last checkpoint is left alone', async () => {
  const checkpoints = memoryStore();
  await stopAt(linear() as never, 11, { engine, checkpoints });
  const { record, state } = await decodeCheckpoint<CheckpointRecord>(
    'last',
    (await checkpoints.read('last'))!,
  );
  const inject = async (step: number) => {
    await checkpoints.write('best', await encodeCheckpoint({ ...record, step }, state));
    return train(linear(), { engine, checkpoints: await copyOf(checkpoints) });
  };
  const newer = await inject(record.step + 1);
  expect(newer.best).toEqual(newer.state);
  const asOld = await inject(record.step);
  expect(asOld.best).not.toEqual(asOld.state);
  expect(asOld.hash).toBe(newer.hash);
});
