import { hostTensor, type HostTensor, Rng } from '@limbeck/core';
import type { EvaluateGraph, GenerationFunctions } from '@limbeck/nn';
import { expect } from 'vitest';

/** A "model" that says the logits of what follows a sequence, as uncached functions. */
export function says(
  logits: (tokens: readonly number[]) => readonly number[],
): GenerationFunctions {
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
export function remembers(
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
export function table(seed: number): (tokens: readonly number[]) => number[] {
  return (tokens) => {
    const rng = Rng.from(seed).stream(tokens.join(' '));
    return [0, 1, 2].map(() => Math.fround(rng.normal(0, 1.5)));
  };
}

/** An error of a code, and of what was given. */
export const refused = (code: string, given: unknown = expect.anything()): Error =>
  expect.objectContaining({ code, given }) as Error;
