import { generate } from '@limbeck/nn';
import { describe, expect, test } from 'vitest';
import { refused, says } from '../support/language.js';

describe('with a hook', () => {
  test('forbids tokens, sees the sequence, and may answer with others', async () => {
    const functions = says(() => [3, 2, 1]);
    const seen: unknown[] = [];
    const [first, second] = await generate(functions, [[0], [1, 1]], {
      maxNewTokens: 2,
      logits: ({ logits, tokens, prompt, made }) => {
        seen.push([prompt, made, ...tokens]);
        if (prompt === 0) logits[0] = -Infinity;
        else return Float32Array.of(0, 0, 1);
        return undefined;
      },
    });
    expect(first!.tokens).toEqual([1, 1]);
    expect(second!.tokens).toEqual([2, 2]);
    expect(seen).toEqual([
      [0, 0, 0],
      [1, 0, 1, 1],
      [0, 1, 0, 1],
      [1, 1, 1, 1, 2],
    ]);
    expect(first!.logProbability).toBeCloseTo(2 * (2 - Math.log(Math.exp(2) + Math.exp(1))), 6);
  });

  test('beams of a prompt are named by the prompt', async () => {
    const prompts: number[] = [];
    await generate(
      says(() => [0, 1]),
      [[0], [1]],
      {
        maxNewTokens: 2,
        beams: { width: 2 },
        logits: ({ prompt }) => void prompts.push(prompt),
      },
    );
    expect(prompts).toEqual([0, 1, 0, 0, 1, 1]);
  });

  test.each([[undefined], [{ width: 2 }]])(
    'asks nothing about sequences that have ended, with beams %j',
    async (beams) => {
      const functions = says(() => [0, 0, 0]);
      const asked: string[] = [];
      const only = (logits: Float32Array, token: number): void => {
        logits.fill(-Infinity);
        if (token >= 0) logits[token] = 0;
      };
      const made = await generate(functions, [[0], [1]], {
        maxNewTokens: 3,
        stop: [2],
        ...(beams === undefined ? {} : { beams }),
        // A grammar: the first prompt must end at once, the second may only go on, and nothing follows an end.
        logits: ({ logits, tokens, prompt }) => {
          asked.push(tokens.join(' '));
          only(logits, tokens.length > 1 && prompt === 0 ? -1 : prompt === 0 ? 2 : 1);
        },
      });
      expect(made.map(({ tokens, ended }) => [tokens, ended])).toEqual([
        [[2], 'stop'],
        [[1, 1, 1], 'length'],
      ]);
      expect(asked).toEqual(['0', '1', '1 1', '1 1 1']);
    },
  );

  test.each([
    ['invalid-data', (logits: Float32Array) => logits.fill(-Infinity), '-Infinity for every token'],
    ['non-finite-data', (logits: Float32Array) => logits.fill(Number.NaN, 0, 1), 'the logit NaN'],
    [
      'non-finite-data',
      (logits: Float32Array) => logits.fill(Infinity, 0, 1),
      'the logit Infinity',
    ],
    ['shape-mismatch', (logits: Float32Array) => logits.slice(1), '1 logits from the hook'],
  ] as const)('refuses %s', async (code, change, given) => {
    const call = generate(
      says(() => [0, 1]),
      [[0]],
      {
        maxNewTokens: 1,
        logits: ({ logits }) => change(logits),
      },
    );
    await expect(call).rejects.toThrow(refused(code, given));
  });
});
