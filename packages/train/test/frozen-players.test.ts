import { hostTensor, LimbeckError } from '@limbeck/core';
import type { Engine } from '@limbeck/runtime';
import { nodeEngine } from '@limbeck/runtime/node';
import { scalar, type Tensor } from '@limbeck/tensor';
import {
  type CheckpointStore,
  memoryStore,
  type Phase,
  type Program,
  type RunView,
  train,
} from '@limbeck/train';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { encodeCheckpoint } from '../src/checkpoint.js';
import { copyOf, stopAt } from './support/programs.js';

let engine: Engine;
beforeAll(async () => {
  engine = await nodeEngine({ threads: 1 });
});
afterAll(() => engine.dispose());

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
