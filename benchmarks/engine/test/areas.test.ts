import { type ExperimentResult, parseExperimentResult } from '@limbeck/evaluators';
import { describe, expect, test } from 'vitest';
import { requires } from '../../../test-support/requires.js';
import { areas } from '../src/areas.js';
import { flagsOf } from '../src/bench.js';
import { generation } from '../src/generation.js';
import { sessionCreation } from '../src/session-creation.js';
import { taskStep } from '../src/task-step.js';
import { updates } from '../src/updates.js';
import { vocabularyHead } from '../src/vocabulary-head.js';

/** A result file is what it says, and all that it measured are numbers. */
function expectWhole(result: ExperimentResult): void {
  expect(parseExperimentResult(JSON.parse(JSON.stringify(result)))).toEqual(result);
  for (const { values } of result.systems) {
    for (const list of Object.values(values)) expect(list.every(Number.isFinite)).toBe(true);
  }
}

describe('areas, small', () => {
  test.each(['resnet', 'gcn'] as const)('%s: a step beside its products', async (task) => {
    const result = await taskStep(task, ['--smoke'], ['@limbeck/source']);
    expectWhole(result);
    expect(result.systems.map(({ name }) => name)).toEqual(['Limbeck', 'products alone']);
    // Whole steps reach less than their products do.
    const [share] = result.systems[0]!.values['gflop']!;
    expect(share).toBeGreaterThan(0);
  });

  test('updates in place beside updates in the graph', async () => {
    const result = await updates(['--smoke']);
    expectWhole(result);
    expect(result.note).toMatch(/% over 2048 tokens, .*% over 512 tokens/);
  });

  test.each([vocabularyHead, sessionCreation])('%o', async (area) => {
    expectWhole(await area(['--smoke']));
  });

  test('generation tells what transformers.js tells', async (context) => {
    requires('data', context);
    expectWhole((await generation(['--smoke']))!);
  });
});

describe('the command line', () => {
  test('hands on what is not its own', () => {
    const flags = flagsOf(['--', '--only', 'updates,gcn-step', '--resume', '--rounds', '3']);
    expect(flags).toEqual({ only: ['updates', 'gcn-step'], resume: true, rest: ['--rounds', '3'] });
    expect(flagsOf([])).toEqual({ resume: false, rest: [] });
  });

  test('refuses an area that is not there, and says which are', () => {
    expect(() => flagsOf(['--only', 'speed'])).toThrow(Object.keys(areas).join(', '));
  });
});
