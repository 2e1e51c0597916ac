import { fc, test as property } from '@fast-check/vitest';
import { generate } from '@limbeck/nn';
import { describe, expect, test } from 'vitest';
import { remembers, says, table } from '../support/language.js';

const logSoftmax = (logits: readonly number[]): number[] => {
  const all = Math.log(logits.reduce((sum, z) => sum + Math.exp(z), 0));
  return logits.map((z) => z - all);
};

describe('by beam search', () => {
  /** All endings of at most `length` tokens, with what they are worth; 2 stops. */
  function all(logits: (tokens: readonly number[]) => number[], length: number, penalty: number) {
    const found: { tokens: number[]; score: number }[] = [];
    const grow = (tokens: number[], score: number): void => {
      const last = tokens.at(-1);
      if (tokens.length === length || last === 2) found.push({ tokens, score });
      else {
        logSoftmax(logits([0, ...tokens])).forEach((nats, token) =>
          grow([...tokens, token], score + nats),
        );
      }
    };
    grow([], 0);
    const value = ({ tokens, score }: (typeof found)[number]): number =>
      score / tokens.length ** penalty;
    return found.sort((a, b) => value(b) - value(a))[0]!;
  }

  property.prop([fc.nat(1000), fc.constantFrom(0, 1)], { numRuns: 20 })(
    'wide enough, finds the best of all sequences',
    async (seed, lengthPenalty) => {
      const best = all(table(seed), 4, lengthPenalty);
      const [made] = await generate(says(table(seed)), [[0]], {
        maxNewTokens: 4,
        stop: [2],
        beams: { width: 81, lengthPenalty },
      });
      expect(made!.tokens).toEqual(best.tokens);
      expect(made!.logProbability).toBeCloseTo(best.score, 5);
      expect(made!.ended).toBe(best.tokens.at(-1) === 2 ? 'stop' : 'length');
    },
  );

  /** Beam search over one prompt, written out: sequences are copied, nothing is reordered. */
  function search(
    logits: (tokens: readonly number[]) => readonly number[],
    { width, steps, penalty }: { width: number; steps: number; penalty: number },
  ) {
    type Beam = { tokens: number[]; score: number };
    const value = ({ tokens, score }: Beam): number => score / tokens.length ** penalty;
    const best = (beams: readonly Beam[]): Beam[] => beams.toSorted((a, b) => value(b) - value(a));
    let live: Beam[] = [{ tokens: [], score: 0 }];
    let ended: Beam[] = [];
    for (let step = 0; step < steps; step++) {
      const candidates = live
        .flatMap(({ tokens, score }) =>
          logSoftmax(logits([0, ...tokens])).map((nats, token) => ({
            tokens: [...tokens, token],
            score: score + nats,
          })),
        )
        .sort((a, b) => b.score - a.score)
        .slice(0, 2 * width);
      const stopped = candidates.slice(0, width).filter(({ tokens }) => tokens.at(-1) === 2);
      ended = best([...ended, ...stopped]).slice(0, width);
      live = candidates.filter(({ tokens }) => tokens.at(-1) !== 2).slice(0, width);
      if (ended.length === width && value(ended.at(-1)!) >= Math.max(...live.map(value))) {
        return ended[0]!;
      }
    }
    return best([...ended, ...live])[0]!;
  }

  property.prop([fc.nat(10_000), fc.integer({ min: 1, max: 4 }), fc.constantFrom(0, 0.5, 1, 2)])(
    'is the search written out, with a cache and without, beside other prompts',
    async (seed, width, lengthPenalty) => {
      const expected = search(table(seed), { width, steps: 6, penalty: lengthPenalty });
      const options = { maxNewTokens: 6, stop: [2], beams: { width, lengthPenalty } };
      for (const functions of [says(table(seed)), remembers(table(seed))]) {
        const [, made] = await generate(functions, [[1, 1], [0]], options);
        expect(made!.tokens).toEqual(expected.tokens);
        expect(made!.logProbability).toBeCloseTo(expected.score, 5);
      }
    },
  );

  property.prop([fc.nat(1000)])('of width 1 without stop tokens is greedy', async (seed) => {
    const options = { maxNewTokens: 5 };
    const [greedy] = await generate(says(table(seed)), [[1, 0]], options);
    const [beam] = await generate(says(table(seed)), [[1, 0]], { ...options, beams: { width: 1 } });
    expect(beam!.tokens).toEqual(greedy!.tokens);
    expect(beam!.logProbability).toBeCloseTo(greedy!.logProbability, 9);
  });

  test('finds what greed misses', async () => {
    // 0 looks better at first (0.6), but 1 leads to a sure end: 0.6 · 0.4 < 0.4 · 1.
    const functions = says((tokens) => {
      if (tokens.length === 1) return [Math.log(0.6), Math.log(0.4), -30];
      return tokens[1] === 1 ? [-30, -30, 0] : [Math.log(0.3), Math.log(0.3), Math.log(0.4)];
    });
    const options = { maxNewTokens: 2, stop: [2] };
    const [greedy] = await generate(functions, [[0]], options);
    expect(greedy!.tokens).toEqual([0, 2]);
    const [beam] = await generate(functions, [[0]], { ...options, beams: { width: 2 } });
    expect(beam!.tokens).toEqual([1, 2]);
    expect(beam!.logProbability).toBeCloseTo(Math.log(0.4), 6);
  });

  test('keeps prompts apart in a batch', async () => {
    const options = { maxNewTokens: 4, stop: [2], beams: { width: 3 } };
    const functions = says(table(7));
    const prompts = [[0], [1, 1, 0], [2, 0]];
    const together = await generate(functions, prompts, options);
    for (const [i, prompt] of prompts.entries()) {
      const [alone] = await generate(functions, [prompt], options);
      expect(together[i]).toEqual(alone);
    }
  });

  test('goes on where fewer tokens are allowed than beams are kept', async () => {
    const only = says(({ length }) =>
      length < 3 ? [0, -Infinity, -Infinity] : [-Infinity, -Infinity, 0],
    );
    const [made] = await generate(only, [[0]], { maxNewTokens: 6, stop: [2], beams: { width: 3 } });
    expect(made).toMatchObject({ tokens: [0, 0, 2], ended: 'stop', logProbability: 0 });
  });
});
