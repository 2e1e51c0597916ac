import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fc, test } from '@fast-check/vitest';
import { experiment, experimentSystems, formatExperiment, step } from '@limbeck/pipeline';
import { runPipeline } from '@limbeck/pipeline/node';
import { afterEach, beforeEach, describe, expect, expectTypeOf } from 'vitest';

let root = '';
let ran: string[] = [];
beforeEach(() => {
  root = mkdtempSync(path.join(os.tmpdir(), 'limbeck-experiment-'));
  ran = [];
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

const quiet = { info() {}, warn() {} };
const data = step('data', { version: '1', run: async () => ({ rows: 10 }) });

function study(
  given: { powers?: readonly number[]; seeds?: readonly number[]; fails?: number } = {},
) {
  const { powers = [1, 2], seeds = [3, 5], fails } = given;
  return experiment({
    name: 'powers',
    version: '1',
    grid: { power: powers, name: ['a', 'b'] },
    seeds,
    inputs: { data },
    cell: async ({ point, seed, inputs }, { scratch }) => {
      expect(scratch).toContain('scratch');
      if (seed === fails) throw new Error('no luck');
      ran.push(`${point.power}${point.name}${seed}`);
      return { value: seed ** point.power, rows: inputs.data.rows };
    },
  });
}

const run = (pipeline: ReturnType<typeof study>, parallel = 1) =>
  runPipeline({ ...pipeline, root, logger: quiet, parallel });

describe('experiment', () => {
  test('runs every point with every seed, and tabulates', async () => {
    const { outputs, folder } = await run(study(), 3);
    expect(ran.sort()).toEqual(['1a3', '1a5', '1b3', '1b5', '2a3', '2a5', '2b3', '2b5']);
    const { results } = outputs;
    expect(results.metrics).toEqual(['value', 'rows']);
    expect(results.points.map(({ factors }) => factors)).toEqual([
      { power: 1, name: 'a' },
      { power: 1, name: 'b' },
      { power: 2, name: 'a' },
      { power: 2, name: 'b' },
    ]);
    const third = results.points[2];
    expect(third?.cells.map(({ seed, metrics }) => [seed, metrics['value']])).toEqual([
      [3, 9],
      [5, 25],
    ]);
    // Mean 17; deviations of ±8 from two values: √(128 / 1).
    expect(third?.mean['value']).toBe(17);
    expect(third?.deviation['value']).toBeCloseTo(Math.sqrt(128), 12);
    expect(JSON.parse(readFileSync(path.join(folder, 'results.json'), 'utf8'))).toEqual(results);
  });

  test('runs only what is new in a wider grid, and nothing in a narrower one', async () => {
    await run(study());
    ran = [];
    await run(study({ powers: [3, 1, 2], seeds: [3, 5, 7] }));
    expect(ran.sort()).toEqual([
      '1a7',
      '1b7',
      '2a7',
      '2b7',
      '3a3',
      '3a5',
      '3a7',
      '3b3',
      '3b5',
      '3b7',
    ]);
    ran = [];
    const { outputs } = await run(study({ powers: [2], seeds: [5] }));
    expect(ran).toEqual([]);
    expect(outputs.results.points).toHaveLength(2);
    expect(outputs.results.points[0]?.deviation['value']).toBeNull();
  });

  test('goes on after a cell that failed', async () => {
    await expect(run(study({ fails: 5 }))).rejects.toMatchObject({ code: 'step-failed' });
    const before = [...ran];
    ran = [];
    await run(study());
    expect(before.some((cell) => ran.includes(cell))).toBe(false);
    expect(before.length + ran.length).toBe(8);
  });

  test('has the table as text', async () => {
    const { outputs } = await run(study({ powers: [2] }));
    expect(formatExperiment(outputs.results)).toBe(
      [
        'power  name  seeds          value           rows',
        '2      a         2  17.00 ± 11.31  10.00 ± 0.000',
        '2      b         2  17.00 ± 11.31  10.00 ± 0.000',
      ].join('\n'),
    );
  });

  test('gives systems as benchmarks keep them', async () => {
    const { outputs } = await run(study({ powers: [2] }));
    const [system] = experimentSystems(outputs.results, ({ name }) =>
      name === 'a' ? 'baseline' : 'method',
    );
    expect(system).toMatchObject({
      name: 'power 2, name a',
      role: 'baseline',
      factors: { power: '2', name: 'a' },
      values: { value: [9, 25], rows: [10, 10] },
    });
    expect(system?.seconds).toBeGreaterThan(0);
  });

  test('types a point by its grid', () => {
    experiment({
      name: 'typed',
      version: '1',
      grid: { temperature: [1, 2], kind: ['conv', 'ngram'] },
      cell: async ({ point }) => {
        expectTypeOf(point.kind).toEqualTypeOf<'conv' | 'ngram'>();
        expectTypeOf(point.temperature).toEqualTypeOf<1 | 2>();
        // @ts-expect-error: no such factor.
        void point.width;
        return { accuracy: 1 };
      },
    });
  });

  test('refuses cells that measure different things, or nothing', async () => {
    const uneven = experiment({
      name: 'uneven',
      version: '1',
      grid: { a: [1, 2] },
      cell: async ({ point }): Promise<{ [metric: string]: number }> =>
        point.a === 1 ? { accuracy: 1 } : { loss: 1 },
    });
    const empty = experiment({
      name: 'empty',
      version: '1',
      grid: { a: [1] },
      cell: async () => ({}),
    });
    for (const pipeline of [uneven, empty]) {
      await expect(runPipeline({ ...pipeline, root, logger: quiet })).rejects.toMatchObject({
        code: 'step-failed',
        cause: { code: 'invalid-data' },
      });
    }
    const broken = experiment({
      name: 'broken',
      version: '1',
      grid: { a: [1] },
      cell: async () => ({ loss: Number.NaN }),
    });
    await expect(runPipeline({ ...broken, root, logger: quiet })).rejects.toMatchObject({
      cause: { code: 'invalid-data' },
    });
  });

  test.each([
    { grid: { a: [] } },
    { grid: { a: [1, 1] } },
    { grid: { a: [Number.NaN] } },
    { grid: { a: [1] }, seeds: [] },
    { grid: { a: [1] }, seeds: [2, 2] },
  ])('refuses %j', (given) => {
    expect(() =>
      experiment({ name: 'x', version: '1', cell: async () => ({ a: 1 }), ...given }),
    ).toThrow(expect.objectContaining({ code: 'invalid-option' }));
  });

  test('tells cells apart whose values look alike in a name', () => {
    const values = ['a b', 'a-b', 'A B', -1, 1, '1', true, 'true', 0.5, '0-5', '', ' '];
    const { steps } = experiment({
      name: 'alike',
      version: '1',
      grid: { value: values },
      cell: async () => ({ a: 1 }),
    });
    expect(Object.keys(steps[0].inputs)).toHaveLength(values.length);
  });

  test.prop([
    fc.uniqueArray(
      fc.oneof(
        fc.string(),
        fc.integer(),
        fc.boolean(),
        fc.double({ noNaN: true, noDefaultInfinity: true }),
      ),
      {
        minLength: 1,
        maxLength: 6,
        comparator: 'SameValueZero',
      },
    ),
    fc.uniqueArray(fc.integer(), { minLength: 1, maxLength: 3 }),
  ])('gives every cell a name of its own, whatever its values', (values, seeds) => {
    const { steps } = experiment({
      name: 'any',
      version: '1',
      grid: { value: values },
      seeds,
      cell: async () => ({ a: 1 }),
    });
    expect(Object.keys(steps[0].inputs)).toHaveLength(values.length * seeds.length);
  });
});
