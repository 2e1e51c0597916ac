import { parseExperimentResult } from '@limbeck/evaluators';
import { describe, expect, test } from 'vitest';
import { lowering } from '../src/lowering.js';

describe('the step written in other ways, small', () => {
  test('runs in every way and gives a result file', async () => {
    const result = await lowering(['--smoke']);
    expect(parseExperimentResult(JSON.parse(JSON.stringify(result)))).toEqual(result);
    const nodes = Object.fromEntries(
      result.systems.map(({ name, factors }) => [name, Number(factors['nodes'])]),
    );
    // Each variant is another graph; only what is brought out differs in two.
    expect(nodes['GELU by formula']).not.toBe(nodes['as it is']);
    expect(nodes['updates in the graph']).toBeGreaterThan(2 * nodes['as it is']!);
    expect(nodes['nothing brought out']).toBe(nodes['as it is']);
    expect(nodes['gradients alone']).toBe(nodes['as it is']);
  });
});
