import { hostTensor, Rng } from '@limbeck/core';
import { type EvaluateGraph, generate } from '@limbeck/nn';
import { describe, expect, test } from 'vitest';
import { refused, says } from '../support/language.js';

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
