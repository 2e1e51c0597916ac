import { hostTensor, type HostTensor, Rng } from '@limbeck/core';
import { fc, test as property } from '@fast-check/vitest';
import {
  causalDecoder,
  type EvaluateGraph,
  generate,
  type GenerateOptions,
  type GenerationFunctions,
} from '@limbeck/nn';
import { describe, expect, test } from 'vitest';
import { compiled, interpreted } from '../support/engine.js';

/** A "model" that says the logits of what follows a sequence, as uncached functions. */
function says(logits: (tokens: readonly number[]) => readonly number[]): GenerationFunctions {
  const prefill: EvaluateGraph = async ({ ids, mask }) => {
    const [batch, width] = ids!.shape as [number, number];
    const rows = Array.from({ length: batch }, (_, row) => {
      const own = (value: HostTensor): number[] =>
        Array.from(value.data as BigInt64Array, Number).slice(row * width, (row + 1) * width);
      const seen = own(mask!);
      return logits(own(ids!).filter((__, i) => seen[i] === 1));
    });
    return { next: hostTensor('float32', [batch, rows[0]!.length], rows.flat()) };
  };
  return { prefill };
}

/** The same with a cache: keys are the tokens themselves, and what a step knows of earlier ones it reads there. */
function remembers(
  logits: (tokens: readonly number[]) => readonly number[],
): Required<GenerationFunctions> {
  const { prefill } = says(logits);
  const present = ({ shape, data }: HostTensor) => {
    const [batch, tokens] = shape as [number, number];
    const keys = Array.from({ length: tokens * batch }, (_, i) =>
      Number(data[(i % batch) * tokens + Math.floor(i / batch)]),
    );
    return { 'present/0/keys': hostTensor('float32', [tokens, batch, 1, 1], keys) };
  };
  return {
    prefill: async (feeds) => ({ ...(await prefill(feeds)), ...present(feeds['ids']!) }),
    step: async ({ ids, mask, positions, 'past/0/keys': keys }) => {
      const [past, batch] = keys!.shape as [number, number];
      const rows = Array.from({ length: batch }, (_, row) => [
        ...Array.from({ length: past }, (__, t) => Number(keys!.data[t * batch + row])),
        Number(ids!.data[row]),
      ]);
      const whole = hostTensor('int64', mask!.shape, rows.flat());
      const said = await prefill({ ids: whole, mask: mask!, positions: positions! });
      return { ...said, ...present(ids!) };
    },
  };
}

/** log p of three tokens after a sequence, different after every one: a table that a hash writes. */
function table(seed: number): (tokens: readonly number[]) => number[] {
  return (tokens) => {
    const rng = Rng.from(seed).stream(tokens.join(' '));
    return [0, 1, 2].map(() => Math.fround(rng.normal(0, 1.5)));
  };
}

const logSoftmax = (logits: readonly number[]): number[] => {
  const all = Math.log(logits.reduce((sum, z) => sum + Math.exp(z), 0));
  return logits.map((z) => z - all);
};

const refused = (code: string, given: unknown = expect.anything()): Error =>
  expect.objectContaining({ code, given }) as Error;

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

describe('refuses', () => {
  const functions = says(() => [0, 1]);

  test.each([
    [{ maxNewTokens: 0 }, 'maxNewTokens 0'],
    [{ maxTokens: 0 }, 'maxTokens 0'],
    [{ pad: -1 }, 'pad -1'],
    [{ beams: { width: 0 } }, 'beams.width 0'],
    [{ beams: { width: 2, lengthPenalty: Number.NaN } }, 'lengthPenalty NaN'],
    [{ beams: { width: 2 }, sample: { rng: Rng.from(0) } }, 'beams and sample'],
    [{ sample: { rng: Rng.from(0), temperature: 0 } }, 'temperature 0'],
    [{ sample: { rng: Rng.from(0), topK: 0 } }, 'topK 0'],
    [{ sample: { rng: Rng.from(0), topP: 1.5 } }, 'topP 1.5'],
  ])('options %j', async (wrong, given) => {
    const call = generate(functions, [[0]], { maxNewTokens: 1, ...wrong });
    await expect(call).rejects.toThrow(refused('invalid-option', given));
  });

  test.each([
    [[[0], []], '0 tokens'],
    [[[0.5]], 'the id 0.5'],
    [[[-1]], 'the id -1'],
    [[[0, 0, 0, 0]], '4 tokens'],
  ])('prompts %j', async (prompts, given) => {
    const call = generate(functions, prompts, { maxNewTokens: 1, maxTokens: 4 });
    await expect(call).rejects.toThrow(refused('invalid-data', given));
  });

  test('functions of something else', async () => {
    const nothing: EvaluateGraph = async () => ({});
    await expect(generate({ prefill: nothing }, [[0]], { maxNewTokens: 1 })).rejects.toThrow(
      refused('missing-signal', 'outputs without names'),
    );
    const flat: EvaluateGraph = async () => ({
      next: hostTensor('float32', [1, 2], [0, 1]),
      'present/0/keys': hostTensor('float32', [1, 2], [0, 1]),
    });
    await expect(
      generate({ prefill: flat, step: flat }, [[0]], { maxNewTokens: 2 }),
    ).rejects.toThrow(refused('shape-mismatch', 'the output "present/0/keys" of shape [1, 2]'));
  });

  test('to go on once aborted', async () => {
    const abort = new AbortController();
    const call = generate(functions, [[0]], {
      maxNewTokens: 5,
      abortSignal: abort.signal,
      logits: ({ made }) => {
        if (made === 1) abort.abort(new Error('enough'));
      },
    });
    await expect(call).rejects.toThrow(refused('aborted'));
  });
});
