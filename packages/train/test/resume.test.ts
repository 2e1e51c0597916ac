import { hostTensor, LimbeckError } from '@limbeck/core';
import type { Engine } from '@limbeck/runtime';
import { type Average, adamw, swa } from '@limbeck/optim';
import { nodeEngine } from '@limbeck/runtime/node';
import { scalar, type Tensor } from '@limbeck/tensor';
import {
  type CheckpointRecord,
  type CheckpointStore,
  distillation,
  memoryStore,
  type Phase,
  type Program,
  type RunView,
  train,
} from '@limbeck/train';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { decodeCheckpoint, encodeCheckpoint } from '../src/checkpoint.js';
import { linearSource, linearStudent, optimizer, weightedLoss } from './support/linear.js';
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

describe('what a checkpoint must have in common with its program', () => {
  interface Changes {
    readonly loss?: string;
    readonly optimizer?: string;
    readonly family?: string;
    readonly averageDecay?: number;
    readonly average?: Average;
    /** What the loss and the optimiser are set to. */
    readonly temperature?: number;
    readonly rate?: number;
  }
  const renamed = (changes: Changes = {}) => {
    const student = linearStudent();
    return distillation({
      student: { ...student, config: { family: changes.family ?? 'linear' } },
      loss: {
        ...weightedLoss,
        name: changes.loss ?? weightedLoss.name,
        config: { temperature: changes.temperature ?? 1 },
      },
      optimizer: {
        ...adamw({ rate: changes.rate ?? 0.05 }),
        name: changes.optimizer ?? optimizer.name,
      },
      batches: linearSource(16),
      steps: 4,
      ...(changes.average === undefined
        ? { averageDecay: changes.averageDecay ?? 0.9 }
        : { average: changes.average }),
    });
  };

  test.each([
    { loss: 'another' },
    { optimizer: 'another' },
    { family: 'another' },
    { averageDecay: 0.5 },
    { temperature: 2 },
    { rate: 0.01 },
    { average: swa({ start: 2 }) },
  ])('is more than shapes: refuses %j', async (change) => {
    const checkpoints = memoryStore();
    await train(renamed(), { engine, checkpoints });
    const call = train(renamed(change), { engine, checkpoints });
    await expect(call).rejects.toMatchObject({ code: 'checkpoint-mismatch' });
  });

  test('is another setting of the average too', async () => {
    const checkpoints = memoryStore();
    await train(renamed({ average: swa({ start: 2 }) }), { engine, checkpoints });
    const call = train(renamed({ average: swa({ start: 3 }) }), { engine, checkpoints });
    await expect(call).rejects.toMatchObject({
      code: 'checkpoint-mismatch',
      given: expect.stringContaining('settings') as string,
    });
  });

  test('is no settings in a record without them', async () => {
    const checkpoints = memoryStore();
    const { hash } = await train(renamed(), { engine, checkpoints });
    const bytes = (await checkpoints.read('last'))!;
    const { record, state } = await decodeCheckpoint<CheckpointRecord>('last', bytes);
    const { settings, ...old } = record;
    expect(settings).toMatch(/^[0-9a-f]{64}$/);
    await checkpoints.write('last', await encodeCheckpoint(old, state));
    expect((await train(renamed({ rate: 0.01 }), { engine, checkpoints })).hash).toBe(hash);
  });

  test('is shapes alone in a record without a config', async () => {
    const checkpoints = memoryStore();
    const { hash } = await train(renamed(), { engine, checkpoints });
    const { record, state } = await decodeCheckpoint<CheckpointRecord>(
      'last',
      (await checkpoints.read('last'))!,
    );
    const { config, settings: _settings, ...old } = record;
    expect(config).toMatch(/^[0-9a-f]{64}$/);
    await checkpoints.write('last', await encodeCheckpoint(old, state));
    expect((await train(renamed({ loss: 'another' }), { engine, checkpoints })).hash).toBe(hash);
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

type Followed = { readonly teacher: Tensor; readonly student: Tensor };

/** A student that comes closer to a frozen teacher. */
function followed(): Program<Followed, { readonly follow: { readonly unused: Tensor } }> {
  return {
    steps: 6,
    frozen: ['teacher'],
    init: (rng) => ({
      teacher: hostTensor('float32', [4], [rng.normal(), 1, 2, 3]),
      student: hostTensor('float32', [4], [0, 0, 0, 0]),
    }),
    phases: {
      follow: ({ teacher, student }) => ({
        state: { student: student.add(teacher.sub(student).mul(0.5)) },
        metrics: { gap: teacher.sub(student).abs().sum() },
      }),
    },
    batches: {
      follow: {
        specs: { unused: { dtype: 'float32', shape: [] } },
        async *open() {
          for (;;) {
            yield { batch: { unused: hostTensor('float32', [], [0]) }, position: null };
          }
        },
      },
    },
    next: ({ step }) => (step < 6 ? 'follow' : 'stop'),
    students: {},
  };
}

test('frozen players are stored once, and come back', async () => {
  const writes: string[] = [];
  const kept = memoryStore();
  const checkpoints: CheckpointStore = {
    read: (name) => kept.read(name),
    write: (name, bytes) => {
      writes.push(name);
      return kept.write(name, bytes);
    },
  };
  const program = followed();
  const whole = await train(program, { engine });
  const error = await stopAt(program as never, 4, { engine, checkpoints, checkpointEvery: 2 });
  expect(error).toBeInstanceOf(LimbeckError);
  const resumed = await train(program, { engine, checkpoints, checkpointEvery: 2 });
  expect(resumed.hash).toBe(whole.hash);
  expect(writes.filter((name) => name === 'frozen')).toHaveLength(1);
  expect((await kept.read('last'))!.length).toBeLessThan((await kept.read('frozen'))!.length + 600);
});

test.each([
  ['a phase', (program: ReturnType<typeof followed>) => program.phases],
  [
    'a gathering phase',
    ({ phases }: ReturnType<typeof followed>) => {
      const { follow } = phases;
      const gathering = {
        microBatches: 2,
        weigh: () => ({ all: scalar(1) }),
        gather: (...given: Parameters<Extract<typeof follow, (...all: never) => unknown>>) => ({
          sums: { gap: scalar(0) },
          state: (follow as Phase<Followed, { readonly unused: Tensor }>)(...given).state,
        }),
        finish: () => ({ state: {}, metrics: {} }),
      };
      return { follow: gathering };
    },
  ],
])('%s that changes a frozen player is refused: checkpoints would lose it', async (_, phasesOf) => {
  const program = followed();
  const call = train(
    { ...program, frozen: ['student'], phases: phasesOf(program) as never },
    { engine, checkpoints: memoryStore() },
  );
  await expect(call).rejects.toMatchObject({
    code: 'invalid-option',
    where: 'phase "follow", state "student"',
  });
});

test('a player that init() does not make is refused where it is frozen or read', async () => {
  const expected = { code: 'unknown-name', expected: 'one of teacher, student' };
  const frozen = { ...followed(), frozen: ['pupil' as 'student'] };
  await expect(train(frozen, { engine })).rejects.toMatchObject({
    ...expected,
    where: 'train, frozen',
  });
  const reading = {
    ...followed(),
    next: () => 'evaluate' as const,
    evaluate: async (view: RunView<Followed>) => {
      await view.read('pupil' as 'student');
      return {};
    },
  };
  await expect(train(reading, { engine })).rejects.toMatchObject({
    ...expected,
    where: 'view.read',
  });
});

test('a frozen file that is missing or another is refused', async () => {
  const written = memoryStore();
  await stopAt(followed() as never, 4, { engine, checkpoints: written, checkpointEvery: 2 });
  const missing = await copyOf(written, ['last']);
  await expect(train(followed(), { engine, checkpoints: missing })).rejects.toMatchObject({
    code: 'corrupt-file',
    where: 'checkpoint "frozen"',
  });
  const altered = await copyOf(written);
  // A whole file with its own checksum, but with other values.
  const values = { teacher: hostTensor('float32', [4], [9, 1, 2, 3]) };
  await altered.write('frozen', await encodeCheckpoint({ formatVersion: 1 }, values));
  await expect(train(followed(), { engine, checkpoints: altered })).rejects.toMatchObject({
    code: 'corrupt-file',
    where: 'checkpoint "frozen"',
  });
});
