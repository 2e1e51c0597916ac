import { generate } from '@limbeck/nn';
import { describe, expect, test } from 'vitest';
import { says } from '../support/language.js';

describe('greedily', () => {
  test('takes the likeliest token, of equals the first, until a stop token', async () => {
    // After n tokens token n is likeliest; 3 and 4 are equal after three.
    const functions = says((tokens) =>
      Array.from({ length: 5 }, (_, i) =>
        i === tokens.length || (tokens.length === 3 && i === 4) ? 1 : 0,
      ),
    );
    const [made] = await generate(functions, [[0]], { maxNewTokens: 9, stop: [3] });
    expect(made).toMatchObject({ tokens: [1, 2, 3], ended: 'stop' });
    const p = Math.E / (Math.E + 4);
    const tied = Math.E / (2 * Math.E + 3);
    expect(made!.logProbability).toBeCloseTo(2 * Math.log(p) + Math.log(tied), 6);
  });

  test('ends each prompt of a batch by itself, and keeps their order', async () => {
    // Counts up by one; 5 stops.
    const functions = says((tokens) =>
      Array.from({ length: 6 }, (_, i) => (i === Math.min(tokens.at(-1)! + 1, 5) ? 1 : 0)),
    );
    const made = await generate(functions, [[3], [0, 0, 0], [4, 2]], {
      maxNewTokens: 3,
      stop: [5],
    });
    expect(made.map(({ tokens }) => tokens)).toEqual([
      [4, 5],
      [1, 2, 3],
      [3, 4, 5],
    ]);
    expect(made.map(({ ended }) => ended)).toEqual(['stop', 'length', 'stop']);
  });

  test('makes nothing of nothing, and stops at the longest sequence', async () => {
    const functions = says(() => [0, 1]);
    expect(await generate(functions, [], { maxNewTokens: 2 })).toEqual([]);
    const [made] = await generate(functions, [[0, 0]], { maxNewTokens: 9, maxTokens: 5 });
    expect(made).toMatchObject({ tokens: [1, 1, 1], ended: 'length' });
  });
});
