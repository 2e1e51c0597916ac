import { parseExperimentResult } from '@limbeck/evaluators';
import { describe, expect, test } from 'vitest';
import { checkLosses } from '../src/check-losses.js';
import { names } from '../src/contestants.js';
import { encoderStep } from '../src/encoder-step.js';
import type { Measured } from '../src/measure.js';
import { resultsPage } from '../src/results-page.js';

describe('the encoder step, small', () => {
  test('runs on every system that is there, whose losses agree, and gives a result file', async () => {
    const result = await encoderStep(['--smoke', '--clip', '0.5'], ['@limbeck/source']);
    expect(parseExperimentResult(JSON.parse(JSON.stringify(result)))).toEqual(result);
    const found = result.systems.map(({ name }) => name);
    expect(found).toEqual(expect.arrayContaining([names.limbeck, names.tfjs, names.jaxJs]));
    for (const { values } of result.systems) {
      for (const list of Object.values(values)) expect(list.every(Number.isFinite)).toBe(true);
    }
    const page = resultsPage([result]);
    for (const name of found) expect(page).toContain(`| ${name} `);
    expect(page).toContain(result.reproduced ? '**Reproduced**' : '**Not reproduced**');
  });
});

describe('the check of losses', () => {
  const measured = (name: string, firstLosses: number[]): Measured =>
    ({ contestant: { name }, firstLosses }) as unknown as Measured;

  test('passes steps that differ by rounding', () => {
    checkLosses([measured('a', [2.5, 2.25]), measured('b', [2.5004, 2.2496])]);
  });

  test.each([[[2.5, 2.252]], [[2.5, Number.NaN]]])(
    'names a system whose step is another: %j',
    (losses) => {
      const call = (): void => checkLosses([measured('a', [2.5, 2.25]), measured('b', losses)]);
      expect(call).toThrow('b does not compute the step of a');
    },
  );
});
