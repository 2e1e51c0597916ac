import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { formatPlan, step } from '@limbeck/pipeline';
import { planPipeline, runPipeline } from '@limbeck/pipeline/node';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';

let root = '';
beforeEach(() => {
  root = mkdtempSync(path.join(os.tmpdir(), 'limbeck-plan-'));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

/** A chain of three, and one beside it. */
function pipeline(change: { words?: number; count?: string; told?: string } = {}) {
  const words = step('words', {
    version: '1',
    config: { n: change.words ?? 3 },
    run: async ({ config }) => config.n,
  });
  const count = step('count', {
    version: change.count ?? '1',
    inputs: { words },
    run: async ({ inputs }) => inputs.words > 0,
  });
  const told = step('told', {
    version: '1',
    inputs: { count },
    config: { greeting: change.told ?? 'So many' },
    run: async ({ inputs, config }) => `${config.greeting}: ${inputs.count}`,
  });
  const beside = step('beside', { version: '1', run: async () => 1 });
  return { name: 'test', steps: [told, beside], root, logger: { info() {}, warn() {} } };
}

const states = async (given: ReturnType<typeof pipeline>): Promise<readonly string[]> =>
  (await planPipeline(given)).steps.map(({ step: name, state }) => `${name} ${state}`);

describe('planPipeline', () => {
  test('says that all would run, and makes no folder', async () => {
    const plan = await planPipeline(pipeline());
    expect(plan.steps.map(({ state, why }) => [state, ...why])).toEqual(
      Array<string[]>(4).fill(['fresh', 'first run']),
    );
    expect(readdirSync(root)).toEqual([]);
  });

  test('says that nothing would run', async () => {
    await runPipeline(pipeline());
    expect(await states(pipeline())).toEqual([
      'words cached',
      'count cached',
      'told cached',
      'beside cached',
    ]);
  });

  test('tells what runs for a reason of its own from what only hangs on it', async () => {
    await runPipeline(pipeline());
    const changed = pipeline({ words: 4, told: 'As many as' });
    const plan = await planPipeline(changed);
    expect(plan.steps).toEqual([
      { step: 'words', state: 'fresh', why: ['config.n is 4, was 3'] },
      { step: 'count', state: 'depends', why: ['only if words comes out otherwise than before'] },
      { step: 'told', state: 'fresh', why: ['config.greeting is "As many as", was "So many"'] },
      { step: 'beside', state: 'cached', why: [] },
    ]);
    // And the run does just that: count's answer is the same, and told has its own reason.
    const { stages } = await runPipeline(changed);
    expect(stages.map(({ step: name, state }) => `${name} ${state}`)).toEqual([
      'words fresh',
      'count fresh',
      'told fresh',
      'beside cached',
    ]);
  });

  test('agrees with the run wherever the plan is sure', async () => {
    await runPipeline(pipeline());
    for (const change of [{ words: 5 }, { count: '2' }, { told: 'x' }, {}]) {
      const plan = await planPipeline(pipeline(change));
      const { stages } = await runPipeline(pipeline(change));
      for (const [i, { state, why }] of plan.steps.entries()) {
        if (state === 'depends') continue;
        expect(stages[i]?.state).toBe(state);
        // An input that changed with its step is a reason that no plan can know.
        expect(stages[i]?.why).toEqual(expect.arrayContaining([...why]));
      }
    }
  });

  test('knows an unfinished step, a damaged one, and a lock', async () => {
    const { folder } = await runPipeline(pipeline());
    rmSync(path.join(folder, 'steps/beside/done.json'));
    writeFileSync(path.join(folder, 'steps/words/output.json'), '4');
    writeFileSync(
      path.join(folder, 'lock.json'),
      JSON.stringify({ pid: 1, token: 'x', machine: 'another', started: '1' }),
    );
    const before = readdirSync(folder);
    const plan = await planPipeline(pipeline());
    expect(plan.locked).toBe(true);
    expect(plan.steps.map(({ state }) => state)).toEqual([
      'fresh',
      'depends',
      'depends',
      'resumed',
    ]);
    expect(plan.steps[0]?.why).toEqual(['output.json is not what the step had written']);
    expect(readdirSync(folder)).toEqual(before);
  });

  test('refuses what a run would refuse', async () => {
    const { folder } = await runPipeline(pipeline());
    await expect(planPipeline({ ...pipeline(), publish: { x: 'nobody/x' } })).rejects.toMatchObject(
      { code: 'unknown-name' },
    );
    writeFileSync(path.join(folder, 'run.json'), '{"formatVersion": 2}');
    await expect(planPipeline(pipeline())).rejects.toMatchObject({ code: 'format-too-new' });
  });
});

describe('formatPlan', () => {
  test('gives every reason a line', () => {
    const steps = [
      { step: 'words', state: 'fresh', why: ['config.n is 4, was 3', 'code a.ts changed'] },
      { step: 'told', state: 'depends', why: ['only if words comes out otherwise than before'] },
      { step: 'beside', state: 'cached', why: [] },
    ] as const;
    expect(formatPlan({ folder: 'x', locked: false, steps })).toBe(
      [
        'step    would    why',
        'words   runs     config.n is 4, was 3',
        '                 code a.ts changed',
        'told    may run  only if words comes out otherwise than before',
        'beside  cached',
      ].join('\n'),
    );
  });
});
