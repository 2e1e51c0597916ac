import { parseExperimentResult } from '@limbeck/evaluators';
import { describe, expect, test } from 'vitest';
import { lowering } from '../src/lowering.js';

describe('the step written in other ways, small', () => {
  test('runs in every way and gives a result file', async () => {
    const result = await lowering(['--smoke']);
    expect(parseExperimentResult(JSON.parse(JSON.stringify(result)))).toEqual(result);
    const sizes = Object.fromEntries(
      result.systems.map(({ name, sizeBytes }) => [name, sizeBytes!]),
    );
    // Each variant is another graph; only what is brought out differs in one.
    expect(sizes['GELU by formula']).not.toBe(sizes['as it is']);
    expect(sizes['ReduceSum']).not.toBe(sizes['as it is']);
    expect(sizes['nothing brought out']).toBe(sizes['as it is']);
    expect(sizes['gradients alone']).toBeLessThan(sizes['as it is']!);
  });
});
