import { Rng } from '@limbeck/core';
import { generate, type GenerateOptions } from '@limbeck/nn';
import { describe, expect, test } from 'vitest';
import { says, table } from '../support/language.js';

describe('by drawing', () => {
  const logits = [Math.log(0.5), Math.log(0.3), Math.log(0.15), Math.log(0.05)];
  const draw = async (options: Omit<NonNullable<GenerateOptions['sample']>, 'rng'>, seed = 1) => {
    const prompts = Array.from({ length: 50 }, () => [0]);
    const sample = { rng: Rng.from(seed), ...options };
    const made = await generate(
      says(() => logits),
      prompts,
      { maxNewTokens: 40, sample },
    );
    const counts = [0, 0, 0, 0];
    for (const { tokens } of made) for (const token of tokens) counts[token]!++;
    return counts.map((count) => count / 2000);
  };

  test.each([
    [{}, [0.5, 0.3, 0.15, 0.05]],
    [{ topK: 2 }, [0.625, 0.375, 0, 0]],
    [{ topP: 0.9 }, [0.5 / 0.95, 0.3 / 0.95, 0.15 / 0.95, 0]],
    [{ topP: 0.8 }, [0.625, 0.375, 0, 0]],
    [{ topK: 3, topP: 0.5 }, [1, 0, 0, 0]],
    [{ topP: 0 }, [1, 0, 0, 0]],
    [{ temperature: 0.5 }, [0.25, 0.09, 0.0225, 0.0025].map((p) => p / 0.365)],
    [{ temperature: 1e-3 }, [1, 0, 0, 0]],
  ] as const)('with %j, draws as often as it should', async (options, expected) => {
    const shares = await draw(options);
    // Four standard errors of 2,000 draws.
    expected.forEach((p, i) => {
      expect(Math.abs(shares[i]! - p)).toBeLessThanOrEqual(4 * Math.sqrt((p * (1 - p)) / 2000));
    });
  });

  test('is pure: one seed, one text; another seed, another', async () => {
    const sample = { rng: Rng.from(3) };
    const options = { maxNewTokens: 30, sample };
    const functions = says(table(1));
    const first = await generate(functions, [[0], [1]], options);
    expect(await generate(functions, [[0], [1]], options)).toEqual(first);
    const other = { ...options, sample: { rng: Rng.from(4) } };
    expect(await generate(functions, [[0], [1]], other)).not.toEqual(first);
    // Beside another prompt a prompt's draws stay.
    const [alone] = await generate(functions, [[0]], options);
    expect(alone).toEqual(first[0]);
  });

  test('of equal logits keeps the first', async () => {
    const equal = says(() => [0, 0, 0, 0]);
    const sample = { rng: Rng.from(1), topK: 1 };
    const [made] = await generate(equal, [[0]], { maxNewTokens: 20, sample });
    expect(new Set(made!.tokens)).toEqual(new Set([0]));
  });
});
