import type { Event } from '@limbeck/core';
import type { Engine } from '@limbeck/runtime';
import { nodeEngine } from '@limbeck/runtime/node';
import { batchLoss, type Logits } from '@limbeck/tensor';
import { distillation, train } from '@limbeck/train';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { linearSource, linearStudent, optimizer, weightedLoss } from './support/linear.js';
import { linear } from './support/programs.js';

let engine: Engine;
beforeAll(async () => {
  engine = await nodeEngine({ threads: 1 });
});
afterAll(() => engine.dispose());

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
