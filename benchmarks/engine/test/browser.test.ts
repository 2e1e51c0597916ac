import { parseExperimentResult } from '@limbeck/evaluators';
import { describe, expect, test } from 'vitest';
import { requires } from '../../../test-support/requires.js';
import { browserStep } from '../src/browser/browser-step.js';
import { cpuSecondsBelow } from '../src/browser/cpu-seconds.js';
import { resultsPage } from '../src/results-page.js';

describe('the encoder step in a browser, small', () => {
  test(
    'runs in a page for each system, whose losses agree, and gives a result file',
    { timeout: 240_000 },
    async (context) => {
      requires('chromium', context);
      const result = await browserStep(['--smoke', '--threads', '2'], ['@limbeck/source']);
      expect(parseExperimentResult(JSON.parse(JSON.stringify(result)))).toEqual(result);
      expect(result.systems.map(({ name }) => name)).toEqual([
        'Limbeck, 1 thread',
        'Limbeck, one-hot, 1 thread',
        'tfjs, 1 thread',
        'Limbeck, 2 threads',
        'Limbeck, one-hot, 2 threads',
        'tfjs, asked for 2 threads',
      ]);
      for (const { values, factors } of result.systems) {
        expect(values['stepMs']!.every((ms) => ms > 0)).toBe(true);
        expect(factors['runsOn']).toMatch(/wasm/i);
      }
      expect(result.comparisons.map(({ better, worse }) => `${better} / ${worse}`)).toEqual([
        'Limbeck, one-hot, 1 thread / tfjs, 1 thread',
        'Limbeck, one-hot, 2 threads / tfjs, asked for 2 threads',
      ]);
      expect(resultsPage([result])).toContain('## browser');
    },
  );
});

test('counts the CPU time of processes below this one, where the system tells it', () => {
  expect(cpuSecondsBelow(process.pid)).not.toBeLessThan(0);
});
