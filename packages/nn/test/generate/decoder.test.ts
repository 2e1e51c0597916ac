import { hostTensor, type HostTensor, Rng } from '@limbeck/core';
import { causalDecoder, type EvaluateGraph, generate, type GenerateOptions } from '@limbeck/nn';
import { describe, expect, test } from 'vitest';
import { compiled, interpreted } from '../support/engine.js';

describe('over a decoder', () => {
  const decoder = causalDecoder({
    vocabulary: 13,
    maxTokens: 24,
    width: 16,
    layers: 2,
    heads: 4,
    keyValueHeads: 2,
  });
  // Larger weights than training starts from, so that tokens differ.
  const { parameters: small } = decoder.init(Rng.from(2));
  const parameters = JSON.parse(JSON.stringify(small), (_key, value: unknown) => {
    const leaf = value as HostTensor | null;
    if (leaf?.dtype !== 'float32') return value;
    const numbers = Object.values(leaf.data).map((w) => Number(w) * 20);
    return hostTensor('float32', leaf.shape, numbers);
  }) as typeof small;
  const prompts = [[1, 2, 3], [4], [5, 6, 7, 8, 9], [1, 2]];
  const ways: { readonly [way: string]: Omit<GenerateOptions, 'maxNewTokens'> } = {
    greedy: {},
    drawn: { sample: { rng: Rng.from(5), temperature: 1.3 } },
    beams: { beams: { width: 3 } },
  };

  test.each(Object.entries(ways))(
    '%s, the cache, the engine and the company change nothing',
    async (_way, options) => {
      const all = { maxNewTokens: 9, stop: [11], ...options };
      const oracle = interpreted(decoder, parameters);
      const expected = await generate(oracle, prompts, all);
      const tokens = expected.map((made) => made.tokens);
      expect(new Set(tokens.flat()).size).toBeGreaterThan(4);
      const uncached = await generate({ prefill: oracle.prefill }, prompts, all);
      expect(uncached.map((made) => made.tokens)).toEqual(tokens);
      const runtime = await compiled(decoder, parameters);
      const fast = await generate(runtime, prompts, all);
      expect(fast.map((made) => made.tokens)).toEqual(tokens);
      fast.forEach(({ logProbability }, i) =>
        expect(logProbability).toBeCloseTo(expected[i]!.logProbability, 3),
      );
      const [alone] = await generate(runtime, [prompts[0]!], all);
      expect(alone!.tokens).toEqual(tokens[0]);
    },
  );

  test('feeds views of one array and asks for one token at a time', async () => {
    const oracle = interpreted(decoder, parameters);
    const seen: { ids: readonly number[]; past: readonly number[]; buffer: unknown }[] = [];
    const step: EvaluateGraph = (feeds) => {
      const { shape, data } = feeds['past/0/keys']!;
      seen.push({ ids: feeds['ids']!.shape, past: shape, buffer: data.buffer });
      return oracle.step(feeds);
    };
    await generate({ prefill: oracle.prefill, step }, [[1, 2], [3]], { maxNewTokens: 4 });
    expect(seen.map(({ ids }) => ids)).toEqual([
      [2, 1],
      [2, 1],
      [2, 1],
    ]);
    expect(seen.map(({ past }) => past[0])).toEqual([2, 3, 4]);
    expect(new Set(seen.map(({ buffer }) => buffer)).size).toBe(1);
  });
});
