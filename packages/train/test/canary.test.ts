import { type Event, hostTensor, Rng } from '@limbeck/core';
import { batches } from '@limbeck/data';
import { softTargets } from '@limbeck/losses';
import { mlp } from '@limbeck/nn';
import { adamw } from '@limbeck/optim';
import type { Engine } from '@limbeck/runtime';
import { nodeEngine } from '@limbeck/runtime/node';
import type { Tensor } from '@limbeck/tensor';
import { type CanaryOptions, checkTeacher, distillation, train } from '@limbeck/train';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

let engine: Engine;
beforeAll(async () => {
  engine = await nodeEngine({ threads: 1 });
});
afterAll(() => engine.dispose());

interface Row {
  readonly x: readonly number[];
  readonly target: readonly number[];
}

/** Inputs with the logits of a linear teacher. */
function rows(count: number, seed: number): Row[] {
  const rng = Rng.from(seed);
  return Array.from({ length: count }, () => {
    const x = Array.from({ length: 4 }, () => rng.normal());
    return { x, target: [2 * x[0]! - x[1]!, x[2]! - x[3]!, 2 * x[1]!] };
  });
}

/** Each input with the target of the row before it. */
function shifted(of: readonly Row[]): Row[] {
  return of.map(({ x }, i) => ({ x, target: of.at(i - 1)!.target }));
}

type Batch = {
  readonly inputs: { readonly features: Tensor };
  readonly teacher: { readonly logits: Tensor };
};

const matrix = (of: readonly (readonly number[])[]) =>
  hostTensor('float32', [of.length, of[0]!.length], of.flat());

const collator = {
  specs: {
    inputs: { features: { dtype: 'float32', shape: ['batch', 4] } },
    teacher: { logits: { dtype: 'float32', shape: ['batch', 3] } },
  },
  collate: (of: readonly Row[]) => ({
    inputs: { features: matrix(of.map(({ x }) => x)) },
    teacher: { logits: matrix(of.map(({ target }) => target)) },
  }),
} as const;

function canaryOf(of: readonly Row[]): CanaryOptions {
  const features = matrix(of.map(({ x }) => x));
  return { rows: [{ inputs: { features }, teacher: matrix(of.map(({ target }) => target)) }] };
}

function run(training: readonly Row[], canary: CanaryOptions | 'off', events: Event[] = []) {
  const program = distillation({
    student: mlp({ width: 4, hidden: [8], labels: ['a', 'b', 'c'] }),
    loss: softTargets(),
    optimizer: adamw({ rate: 0.02 }),
    batches: batches<Row, Batch>(training, { batchSize: 32, collator }),
    steps: 40,
    canary,
  });
  return train(program, { engine, seed: 2, onEvent: (event) => events.push(event) });
}

describe('the canary', () => {
  test('passes where targets belong to their inputs, and is asked no more', async () => {
    const events: Event[] = [];
    const result = await run(rows(400, 1), canaryOf(rows(200, 2)), events);
    expect(result.canary).toBe('passed');
    expect(result.step).toBe(40);
    expect(events.filter(({ kind }) => kind === 'train/evaluated').length).toBeLessThanOrEqual(2);
  });

  test('warns at a tenth and ends at half where they are shifted by one row', async () => {
    const events: Event[] = [];
    const call = run(shifted(rows(400, 1)), canaryOf(shifted(rows(200, 2))), events);
    await expect(call).rejects.toMatchObject({
      code: 'targets-misaligned',
      where: expect.stringContaining('step 20 of 40') as string,
    });
    const warned = events.filter(({ kind }) => kind === 'train/canary');
    expect(warned).toMatchObject([{ step: 4, level: 'warn' }]);
  });

  test('also ends where the held-out rows alone are right', async () => {
    const call = run(shifted(rows(400, 1)), canaryOf(rows(200, 2)));
    await expect(call).rejects.toMatchObject({ code: 'targets-misaligned' });
  });

  test('switched off lets a shuffled control run, and the result says so', async () => {
    const result = await run(shifted(rows(400, 1)), 'off');
    expect([result.step, result.canary]).toEqual([40, 'off']);
  });

  test('compares probabilities and values too', async () => {
    const held = rows(100, 2);
    const canary = canaryOf(held);
    const softmax = held.map(({ target }) => {
      const exps = target.map(Math.exp);
      const sum = exps.reduce((a, b) => a + b);
      return exps.map((value) => value / sum);
    });
    const { inputs } = canary.rows[0]!;
    const probabilities = { rows: [{ inputs, teacher: matrix(softmax) }] };
    const options = { ...probabilities, signal: 'probabilities' } as const;
    expect((await run(rows(400, 1), options)).canary).toBe('passed');
    expect((await run(rows(400, 1), { ...canary, signal: 'values' })).canary).toBe('passed');
  });

  test('refuses signals of another width, and a single row', async () => {
    const { inputs } = canaryOf(rows(20, 2)).rows[0]!;
    const narrow = matrix(rows(20, 2).map(({ target }) => target.slice(1)));
    await expect(run(rows(400, 1), { rows: [{ inputs, teacher: narrow }] })).rejects.toMatchObject({
      code: 'shape-mismatch',
    });
    await expect(run(rows(400, 1), canaryOf(rows(1, 2)))).rejects.toMatchObject({
      code: 'empty-data',
    });
  });
});

describe('checkTeacher', () => {
  test('counts signals that differ', async () => {
    expect(await checkTeacher(rows(5, 1).map(({ target }) => target))).toBe(5);
    expect(await checkTeacher([[0.5], [0.25]])).toBe(2);
  });

  test.each([
    [
      'all zeros',
      [
        [0, 0],
        [0, 0],
      ],
    ],
    ['a single row of zeros', [[0, 0]]],
    [
      'the same of every input',
      [
        [1, 2],
        [1, 2],
        [1, 2],
      ],
    ],
    [
      'the same of every class',
      [
        [1, 1],
        [2, 2],
      ],
    ],
  ])('refuses %s', async (_name, signals) => {
    await expect(checkTeacher(signals)).rejects.toMatchObject({ code: 'constant-teacher' });
  });

  test('refuses no signals', async () => {
    await expect(checkTeacher([])).rejects.toMatchObject({ code: 'empty-data' });
  });
});
