import { fc, test } from '@fast-check/vitest';
import { type HostTensor, leaves, Rng } from '@limbeck/core';
import { sgd } from '@limbeck/optim';
import type { Engine } from '@limbeck/runtime';
import { nodeEngine } from '@limbeck/runtime/node';
import { distillation, type Program, train } from '@limbeck/train';
import { afterAll, beforeAll, describe, expect } from 'vitest';
import { stepInParts, stepWhole } from './support/interpreted.js';
import { tokenBatch, tokenLosses, tokenRow, tokenSource, tokenStudent } from './support/tokens.js';

let engine: Engine;
beforeAll(async () => {
  engine = await nodeEngine({ threads: 1 });
});
afterAll(() => engine.dispose());

type Batch = ReturnType<typeof tokenBatch>;

/** One step so large that the parameters behind it are the gradient: what they were before is lost in rounding. */
function program(batches: readonly Batch[], microBatches: number) {
  return distillation({
    student: tokenStudent,
    loss: tokenLosses,
    optimizer: sgd({ rate: 1024 }),
    batches: tokenSource(batches),
    steps: 1,
    microBatches,
  });
}

const asAny = (made: object): Program<never, never> => made as Program<never, never>;

/** Rows of 1 to 9 tokens in micro-batches of 1 to 4 rows, each padded to its own longest row. */
const splits = fc
  .array(fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 4 }), {
    minLength: 2,
    maxLength: 4,
  })
  .map((lengths) => {
    let seed = 0;
    const parts = lengths.map((rows) => rows.map((length) => tokenRow(length, seed++)));
    return { whole: tokenBatch(parts.flat()), parts: parts.map((rows) => tokenBatch(rows)) };
  });

/** The largest difference of two steps, as a share of the largest change that the first made. */
function worst(expected: Numbers, found: Numbers, start: Numbers): number {
  const changes = expected.map((value, i) => Math.abs(value - start[i]!));
  const gaps = expected.map((value, i) => Math.abs(value - found[i]!));
  return Math.max(...gaps) / Math.max(...changes);
}

type Numbers = readonly number[];
const numbers = (values: readonly HostTensor[]): Numbers =>
  values.flatMap(({ data }) => Array.from(data as Iterable<number | bigint>, Number));
const parameters = (tree: unknown): Numbers =>
  numbers(leaves<HostTensor>(tree).map(([, value]) => value));

/** How far one step of two programs is apart, on ONNX Runtime. */
async function gap(a: ReturnType<typeof program>, b: ReturnType<typeof program>): Promise<number> {
  const start = parameters(a.init(Rng.from(0).stream('init')).student.parameters);
  const [one, other] = await Promise.all([a, b].map((made) => train(made, { engine })));
  return worst(
    parameters(one!.state.student.parameters),
    parameters(other!.state.student.parameters),
    start,
  );
}

describe('micro-batches of unequal token counts', () => {
  test.prop([splits])(
    'give the gradient of the whole batch, to 1e-9 in float64',
    ({ whole, parts }) => {
      const expected = stepWhole(asAny(program([whole], 1)), whole);
      const found = stepInParts(asAny(program(parts, parts.length)), parts);
      const paths = ['table', 'weight', 'bias'].map((name) => `student/parameters/${name}`);
      const pick = (state: { readonly [path: string]: HostTensor }) =>
        numbers(paths.map((path) => state[path]!));
      const start = parameters(program([whole], 1).init(Rng.from(1)).student.parameters);
      expect(worst(pick(expected), pick(found), start)).toBeLessThan(1e-9);
    },
  );

  test.prop([splits], { numRuns: 12 })('and to 1e-5 on ONNX Runtime', async ({ whole, parts }) => {
    expect(await gap(program([whole], 1), program(parts, parts.length))).toBeLessThan(1e-5);
  });

  test('are not the mean of their means', () => {
    const parts = [[tokenRow(9, 0)], [tokenRow(1, 1), tokenRow(2, 2)]].map((rows) =>
      tokenBatch(rows),
    );
    const whole = tokenBatch([tokenRow(9, 0), tokenRow(1, 1), tokenRow(2, 2)]);
    const path = 'student/parameters/weight';
    const exact = numbers([stepWhole(asAny(program([whole], 1)), whole)[path]!]);
    const alone = parts.map((part) => numbers([stepWhole(asAny(program([part], 1)), part)[path]!]));
    const means = exact.map((_, i) => (alone[0]![i]! + alone[1]![i]!) / 2);
    expect(Math.max(...exact.map((value, i) => Math.abs(value - means[i]!)))).toBeGreaterThan(1e-3);
  });

  test('may end with the epoch: a step of fewer than asked for is exact as well', async () => {
    const parts = [tokenBatch([tokenRow(3, 0)]), tokenBatch([tokenRow(7, 1), tokenRow(1, 2)])];
    const source = tokenSource(parts);
    const short: typeof source = {
      ...source,
      async *open() {
        for (const [i, batch] of parts.entries()) {
          yield { batch, position: null, endOfEpoch: i === 1 };
        }
      },
    };
    const made = { ...program(parts, 5), batches: { distil: short } };
    const whole = tokenBatch([tokenRow(3, 0), tokenRow(7, 1), tokenRow(1, 2)]);
    expect(await gap(program([whole], 1), made)).toBeLessThan(1e-5);
  });
});
