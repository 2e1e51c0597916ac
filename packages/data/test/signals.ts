import type { Answer } from '@limbeck/core';
import { contentHash } from '@limbeck/data';

/** What the tests' teacher says. */
export type Logits = { readonly logits: Float32Array };

/** An answer of the tests' teacher. */
export function answer(
  input: string,
  logits: readonly number[],
): Answer<unknown, Logits> & { ok: true } {
  return {
    item: { key: contentHash(input), input },
    ok: true,
    signals: { logits: Float32Array.from(logits) },
    provenance: { teacher: 'teacher-1', kind: 'logits' },
    cost: { usd: 0, latencyMs: 1 },
    cached: false,
  };
}

/** Records one by one. */
export async function* records(...texts: string[]): AsyncGenerator<{ readonly text: string }> {
  for (const text of texts) yield { text };
}

/** All that comes. */
export async function collect<Item>(items: AsyncIterable<Item>): Promise<Item[]> {
  const all: Item[] = [];
  for await (const item of items) all.push(item);
  return all;
}
