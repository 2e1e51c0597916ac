import path from 'node:path';
import type { ContentHash, Item, Provenance, Teacher } from '@limbeck/core';
import { contentHash } from '@limbeck/data';
import { openSignalStore } from '@limbeck/data/node';
import { checkTeacher } from '@limbeck/train';
import type { Snippet } from './corpus/index.js';
import type { TeacherSignals } from './net-teacher.js';

/** What a label step came to. */
export interface Labelled {
  readonly teacher: string;
  readonly asked: number;
  readonly cached: number;
  readonly costUsd: number;
  readonly seconds: number;
}

/** The name of the file with a teacher's signals. */
export function signalFile(teacher: string, kind: Provenance['kind']): string {
  return `${contentHash({ teacher, kind }).slice(0, 16)}.signals`;
}

function storeOf(keep: string, provenance: Provenance, classes: number) {
  const name = signalFile(provenance.teacher, provenance.kind);
  const widths = { logits: classes };
  return openSignalStore<TeacherSignals>(path.join(keep, name), { provenance, widths });
}

async function* itemsOf(
  texts: ReadonlyMap<ContentHash, string>,
  keys: AsyncIterable<ContentHash>,
): AsyncGenerator<Item<string>> {
  for await (const key of keys) yield { key, input: texts.get(key)! };
}

/** Asks the teacher of every text that it has not answered before; answers are filed under the text's hash. */
export async function labelAll(
  teacher: Teacher<string, TeacherSignals>,
  kind: Provenance['kind'],
  snippets: readonly Pick<Snippet, 'text'>[],
  options: {
    readonly keep: string;
    readonly classes: number;
    readonly abortSignal?: AbortSignal | undefined;
  },
): Promise<Labelled> {
  const started = performance.now();
  const store = storeOf(options.keep, { teacher: teacher.id, kind }, options.classes);
  let [asked, costUsd] = [0, 0];
  try {
    const texts = new Map(snippets.map(({ text }) => [contentHash(text), text]));
    const items = itemsOf(texts, store.missing(texts.keys()));
    for await (const answer of teacher.label(items, { abortSignal: options.abortSignal })) {
      if (!answer.ok) throw answer.error;
      asked++;
      costUsd += answer.cost.usd;
      await store.put(answer);
    }
    const seconds = (performance.now() - started) / 1000;
    return { teacher: teacher.id, asked, cached: texts.size - asked, costUsd, seconds };
  } finally {
    store.dispose();
  }
}

/**
 * The teacher's logits of each snippet, in order.
 *
 * @throws LimbeckError `targets-misaligned` for a text it never saw; `constant-teacher` if it says the same of all
 */
export async function signalsOf(
  snippets: readonly Snippet[],
  labelled: Labelled,
  kind: Provenance['kind'],
  options: { readonly keep: string; readonly classes: number },
): Promise<Float32Array[]> {
  const store = storeOf(options.keep, { teacher: labelled.teacher, kind }, options.classes);
  try {
    const found: Float32Array[] = [];
    async function* records() {
      yield* snippets;
    }
    for await (const { signals } of store.join(records(), ({ text }) => contentHash(text))) {
      found.push(signals.logits);
    }
    await checkTeacher(found);
    return found;
  } finally {
    store.dispose();
  }
}
