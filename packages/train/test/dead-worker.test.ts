import { Worker } from 'node:worker_threads';
import { nodeEngine } from '@limbeck/runtime/node';
import { distillation, memoryStore, train } from '@limbeck/train';
import { afterEach, expect, test, vi } from 'vitest';
import { linearSource, linearStudent, optimizer, weightedLoss } from './support/linear.js';

const program = () =>
  distillation({
    student: linearStudent(),
    loss: weightedLoss,
    optimizer,
    batches: linearSource(16),
    steps: 30,
  });

afterEach(() => vi.restoreAllMocks());

test('a worker that dies is one error, and the run goes on from its last checkpoint to the same bits', async () => {
  const here = await nodeEngine({ threads: 1 });
  const whole = await train(program(), { engine: here, seed: 3 });
  await here.dispose();

  // The engine keeps its worker to itself: it is caught where it is posted to.
  const post = vi.spyOn(Worker.prototype, 'postMessage');
  const dying = await nodeEngine({ threads: 1, worker: true });
  const thread = post.mock.contexts.at(-1) as Worker;
  const checkpoints = memoryStore();
  const seen: number[] = [];
  const run = train(program(), {
    engine: dying,
    seed: 3,
    checkpoints,
    checkpointEvery: 5,
    reportEvery: 1,
    onEvent: ({ kind, step }) => {
      if (kind !== 'train/step') return;
      seen.push(Number(step));
      // Between two runs, as a lack of memory would end it; in the middle of one the process would end too.
      if (step === 17) thread.postMessage('stop', []);
    },
  });
  await expect(run).rejects.toMatchObject({
    code: 'worker-failed',
    next: 'Make a new engine, and go on from the last checkpoint.',
  });
  await dying.dispose();
  // What was finished has been told of, each step once.
  expect(seen).toEqual(Array.from({ length: seen.length }, (_, i) => i + 1));
  expect(seen.length).toBeGreaterThanOrEqual(17);
  expect(seen.length).toBeLessThan(30);

  const engine = await nodeEngine({ threads: 1, worker: true });
  const steps: number[] = [];
  const rest = await train(program(), {
    engine,
    seed: 3,
    checkpoints,
    reportEvery: 1,
    onEvent: ({ kind, step }) => {
      if (kind === 'train/step') steps.push(Number(step));
    },
  });
  await engine.dispose();
  expect(rest.hash).toBe(whole.hash);
  // It began behind a checkpoint, not from the start.
  expect(steps[0]! % 5).toBe(1);
  expect(steps[0]).toBeGreaterThan(15);
});
