import { type Event, hostTensor, LimbeckError } from '@limbeck/core';
import { batches, prefetch } from '@limbeck/data';
import { crossEntropy } from '@limbeck/losses';
import { ngramClassifier } from '@limbeck/nn';
import type { Engine } from '@limbeck/runtime';
import { nodeEngine } from '@limbeck/runtime/node';
import { batchLoss, type Logits, type Tensor } from '@limbeck/tensor';
import {
  type CheckpointRecord,
  type CheckpointStore,
  distillation,
  memoryStore,
  type Program,
  train,
  type TrainOptions,
} from '@limbeck/train';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { decodeCheckpoint, encodeCheckpoint } from '../src/checkpoint.js';
import { linearSource, linearStudent, optimizer, weightedLoss } from './support/linear.js';
import {
  inputBatches,
  languages,
  type Snippet,
  type SnippetBatch,
  snippetCollator,
  snippets,
} from './support/snippets.js';

let engine: Engine;
beforeAll(async () => {
  engine = await nodeEngine({ threads: 1 });
});
afterAll(() => engine.dispose());

const linear = (options: { microBatches?: number; steps?: number } = {}) =>
  distillation({
    student: linearStudent(),
    loss: weightedLoss,
    optimizer,
    batches: linearSource(16),
    steps: 30,
    averageDecay: 0.9,
    ...options,
  });

/** Shuffled, read ahead, accumulated, dropped out, averaged and stopped early. */
function everything() {
  const model = ngramClassifier({
    labels: languages,
    orders: [1, 2],
    buckets: 64,
    maxBytes: 128,
    hidden: [8],
    dropout: 0.3,
    featureDropout: 0.1,
  });
  const heldOut = inputBatches(snippets(64, 9))[0]!;
  return distillation({
    student: model,
    loss: crossEntropy(),
    optimizer,
    batches: prefetch(
      batches<Snippet, SnippetBatch>(snippets(50, 1), { batchSize: 8, collator: snippetCollator }),
    ),
    steps: 40,
    microBatches: 3,
    averageDecay: 0.8,
    evaluation: {
      every: 4,
      patience: 2,
      best: { metric: 'mean', higherIsBetter: true },
      // A number that rises and then falls, whatever the student says.
      metrics: async (predict, view) => {
        const { logits } = await predict(heldOut, ['logits']);
        return { mean: -Math.abs(view.step - 12) + 1e-9 * Number(logits!.data[0]) };
      },
    },
  });
}

/** Trains, but stops at the first checkpoint after a step. */
async function stopAt<S extends Program<never, never>>(
  program: S,
  step: number,
  options: TrainOptions,
): Promise<unknown> {
  const controller = new AbortController();
  return train(program as never, {
    ...options,
    reportEvery: 1,
    abortSignal: controller.signal,
    onEvent: (event) => {
      if (event.kind === 'train/step' && Number(event['step']) >= step) controller.abort();
    },
  }).catch((error: unknown) => error);
}

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
});

describe('what a checkpoint must have in common with its program', () => {
  const renamed = (
    changes: { loss?: string; optimizer?: string; family?: string; averageDecay?: number } = {},
  ) => {
    const student = linearStudent();
    return distillation({
      student: { ...student, config: { family: changes.family ?? 'linear' } },
      loss: { ...weightedLoss, name: changes.loss ?? weightedLoss.name },
      optimizer: { ...optimizer, name: changes.optimizer ?? optimizer.name },
      batches: linearSource(16),
      steps: 4,
      averageDecay: changes.averageDecay ?? 0.9,
    });
  };

  test.each([
    { loss: 'another' },
    { optimizer: 'another' },
    { family: 'another' },
    { averageDecay: 0.5 },
  ])('is more than shapes: refuses %j', async (change) => {
    const checkpoints = memoryStore();
    await train(renamed(), { engine, checkpoints });
    const call = train(renamed(change), { engine, checkpoints });
    await expect(call).rejects.toMatchObject({ code: 'checkpoint-mismatch' });
  });

  test('is shapes alone in a record without a config', async () => {
    const checkpoints = memoryStore();
    const { hash } = await train(renamed(), { engine, checkpoints });
    const { record, state } = await decodeCheckpoint<CheckpointRecord>(
      'last',
      (await checkpoints.read('last'))!,
    );
    const { config, ...old } = record;
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

describe('a loss that is not finite', () => {
  const poisoned = () =>
    distillation({
      student: linearStudent(),
      loss: weightedLoss,
      optimizer,
      batches: linearSource(16, (batch, at) => {
        if (at === 7) batch.inputs.x.data[3] = Number.NaN;
      }),
      steps: 30,
    });

  test('names phase and batch, and leaves the last checkpoint whole', async () => {
    const checkpoints = memoryStore();
    const call = train(poisoned(), { engine, checkpoints, checkpointEvery: 5 });
    await expect(call).rejects.toMatchObject({
      code: 'non-finite-loss',
      where: 'phase "distil", run 8, batch at {"at":7}',
    });
    // Mended data go on from there.
    const mended = distillation({
      student: linearStudent(),
      loss: weightedLoss,
      optimizer,
      batches: linearSource(16),
      steps: 30,
    });
    const events: Event[] = [];
    await train(mended, { engine, checkpoints, onEvent: (event) => events.push(event) });
    expect(events[0]).toMatchObject({ kind: 'train/resumed', step: 5 });
  });

  test('is not saved where it has reached the state first', async () => {
    const program = linear();
    const start = program.init;
    const broken = {
      ...program,
      init: (rng: Parameters<typeof start>[0]) => {
        const made = start(rng);
        // No metric reads the average: only the check of what is saved can see it.
        (made.average as { bias: { data: Float32Array } }).bias.data[0] = Infinity;
        return made;
      },
    };
    await expect(train(broken, { engine, checkpoints: memoryStore() })).rejects.toMatchObject({
      code: 'non-finite-loss',
      given: expect.stringContaining('average/bias') as string,
    });
  });
});

describe('what a run refuses', () => {
  test('a source that yields nothing', async () => {
    const empty: ReturnType<typeof linearSource> = { ...linearSource(4), open: nothing };
    const program = { ...linear(), batches: { distil: empty } };
    await expect(train(program, { engine })).rejects.toMatchObject({ code: 'empty-data' });
  });

  test('accumulating a loss that is one value a batch', () => {
    const loss = batchLoss('spread', ({ student }: { student: Logits }) => student.logits.mean());
    const make = () =>
      distillation({
        student: linearStudent(),
        loss,
        optimizer,
        batches: linearSource(4),
        steps: 1,
        microBatches: 2,
      });
    expect(make).toThrow(expect.objectContaining({ code: 'invalid-option' }));
  });

  test('options out of range', async () => {
    expect(() => linear({ steps: 0 })).toThrow(expect.objectContaining({ code: 'invalid-option' }));
    await expect(train(linear(), { engine, seed: 0.5 })).rejects.toMatchObject({
      code: 'invalid-option',
    });
    await expect(train(linear(), { engine, checkpointEvery: 0 })).rejects.toMatchObject({
      code: 'invalid-option',
    });
  });

  test('a batch that lacks a signal, and a next() that names no phase', async () => {
    const source = linearSource(4);
    const lacking: typeof source = {
      ...source,
      async *open() {
        for await (const fed of source.open()) {
          const { weights: _weights, ...rest } = fed.batch;
          yield { ...fed, batch: rest as typeof fed.batch };
        }
      },
    };
    await expect(
      train({ ...linear(), batches: { distil: lacking } }, { engine }),
    ).rejects.toMatchObject({ code: 'missing-signal' });
    const lost = { ...linear(), next: () => 'warmup' as never };
    await expect(train(lost, { engine })).rejects.toMatchObject({ code: 'unknown-name' });
  });

  test('two terms of one name, and metrics that are missing or not finite', async () => {
    const twice = {
      ...weightedLoss,
      apply: (...given: Parameters<typeof weightedLoss.apply>) => {
        const made = weightedLoss.apply(...given);
        return { ...made, terms: [...made.terms, ...made.terms] };
      },
    };
    const student = linearStudent();
    const base = { student, optimizer, batches: linearSource(4), steps: 2 };
    const doubled = distillation({ ...base, loss: twice });
    await expect(train(doubled, { engine })).rejects.toMatchObject({ code: 'duplicate-name' });
    const evaluated = (metrics: { readonly [name: string]: number }) =>
      distillation({
        ...base,
        loss: weightedLoss,
        evaluation: {
          every: 1,
          metrics: () => Promise.resolve(metrics),
          best: { metric: 'accuracy', higherIsBetter: true },
        },
      });
    await expect(train(evaluated({ f1: 1 }), { engine })).rejects.toMatchObject({
      code: 'missing-signal',
    });
    await expect(train(evaluated({ accuracy: Number.NaN }), { engine })).rejects.toMatchObject({
      code: 'non-finite-data',
    });
  });
});

test('progress tells loss terms, examples a second and the time left', async () => {
  const events: Event[] = [];
  const lines: string[] = [];
  const note = (line: string): void => void lines.push(line);
  await train(linear(), {
    engine,
    reportEvery: 10,
    onEvent: (event) => events.push(event),
    logger: { info: note, warn: note },
  });
  const steps = events.filter(({ kind }) => kind === 'train/step');
  expect(steps.map((event) => event['step'])).toEqual([1, 10, 20, 30]);
  expect(steps[1]).toMatchObject({ phase: 'distil', steps: 30 });
  expect(steps[1]!['metrics']).toHaveProperty('crossEntropy');
  expect(Number(steps[1]!['examplesPerSecond'])).toBeGreaterThan(0);
  expect(Number(steps.at(-1)!['secondsLeft'])).toBe(0);
  expect(lines[1]).toMatch(/^step 10\/30: .*crossEntropy .*examples\/s, \d+ s left$/);
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

test('a live source sees the run as it is', async () => {
  const seen: number[] = [];
  const source = linearSource(4);
  const live: typeof source = {
    ...source,
    live: true,
    async *open(from, view) {
      for await (const fed of source.open(from)) {
        seen.push(view!.step);
        yield fed;
      }
    },
  };
  await train({ ...linear({ steps: 4 }), batches: { distil: live } }, { engine });
  expect(seen).toEqual([0, 1, 2, 3]);
});

async function* nothing(): AsyncGenerator<never> {
  yield* [];
}

/** The same checkpoints in a store of their own. */
async function copyOf(
  store: CheckpointStore,
  names: readonly string[] = ['last', 'best', 'frozen'],
): Promise<CheckpointStore> {
  const copy = memoryStore();
  for (const name of names) {
    const bytes = await store.read(name);
    if (bytes !== undefined) await copy.write(name, bytes);
  }
  return copy;
}
