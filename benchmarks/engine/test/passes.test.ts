import { parseExperimentResult } from '@limbeck/evaluators';
import { describe, expect, test } from 'vitest';
import { passes } from '../src/passes.js';

describe('the passes, small', () => {
  test('never add a node, take some away, and give a result file', async () => {
    const result = await passes(['--smoke']);
    expect(parseExperimentResult(JSON.parse(JSON.stringify(result)))).toEqual(result);
    for (const graph of ['encoder', 'vocabulary head']) {
      const nodes = result.systems
        .filter(({ factors }) => factors['graph'] === graph)
        .map(({ factors }) => Number(factors['nodes']));
      expect(nodes.length).toBeGreaterThan(5);
      nodes.slice(1).forEach((count, i) => expect(count).toBeLessThanOrEqual(nodes[i]! + 3));
      expect(nodes.at(-1)).toBeLessThan(nodes[0]!);
    }
  });
});
