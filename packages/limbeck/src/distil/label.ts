import path from 'node:path';
import {
  type Answer,
  type ContentHash,
  type Item,
  LimbeckError,
  type LongWork,
  type Teacher,
} from '@limbeck/core';
import { contentHash } from '@limbeck/data';
import { openSignalStore } from '@limbeck/data/node';
import type { TeacherSignals } from './options.js';

/** What labelling came to. */
export interface Labelled {
  readonly id: string;
  readonly asked: number;
  readonly cached: number;
  readonly costUsd: number;
  readonly seconds: number;
}

type Logits = { readonly logits: Float32Array };

/** How a teacher's signals were obtained. */
function kindOf(teacher: Teacher<string, TeacherSignals>): 'logits' | 'probabilities' {
  return 'logits' in teacher.signals ? 'logits' : 'probabilities';
}

/**
 * Asks the teacher of every text that it has not answered before, and gives its logits in the order of the texts; of
 * probabilities their logarithms. Answers are filed under the text's hash, so that none is asked for twice.
 *
 * @param keep - where answers are kept
 * @throws LimbeckError `teacher-failed` for a text that it could not answer, answers before it being kept; `shape-mismatch`
 * if there is not one number a label; `non-finite-data`
 */
export async function askTeacher(
  teacher: Teacher<string, TeacherSignals>,
  texts: readonly string[],
  options: { readonly keep: string; readonly classes: number } & LongWork,
): Promise<{ readonly labelled: Labelled; readonly logits: Float32Array[] }> {
  const { keep, classes, ...work } = options;
  const started = performance.now();
  const kind = kindOf(teacher);
  const name = `${contentHash({ teacher: teacher.id, kind, classes }).slice(0, 16)}.signals`;
  const store = openSignalStore<Logits>(path.join(keep, name), {
    provenance: { teacher: teacher.id, kind },
    widths: { logits: classes },
  });
  let [asked, costUsd] = [0, 0];
  try {
    const byKey = new Map(texts.map((text) => [contentHash(text), text]));
    const items = itemsOf(byKey, store.missing(byKey.keys()));
    for await (const answer of teacher.label(items, work)) {
      if (!answer.ok) throw failed(answer);
      asked++;
      costUsd += answer.cost.usd;
      await store.put({ ...answer, signals: asLogits(answer.signals) });
    }
    const logits: Float32Array[] = [];
    async function* records() {
      for (const text of texts) yield { text };
    }
    for await (const { signals } of store.join(records(), ({ text }) => contentHash(text))) {
      logits.push(signals.logits);
    }
    const seconds = (performance.now() - started) / 1000;
    return {
      labelled: { id: teacher.id, asked, cached: byKey.size - asked, costUsd, seconds },
      logits,
    };
  } finally {
    store.dispose();
  }
}

async function* itemsOf(
  byKey: ReadonlyMap<ContentHash, string>,
  keys: AsyncIterable<ContentHash>,
): AsyncGenerator<Item<string>> {
  for await (const key of keys) yield { key, input: byKey.get(key)! };
}

/** Probabilities as logits: their logarithms, of 0 that of a millionth. */
function asLogits(signals: TeacherSignals): Logits {
  if ('logits' in signals) return { logits: signals.logits };
  return {
    logits: Float32Array.from(signals.probabilities, (p) =>
      // NaN must stay one, so that it is refused where it is stored.
      p < 1e-6 ? Math.log(1e-6) : Math.log(p),
    ),
  };
}

function failed(answer: Extract<Answer<string, unknown>, { readonly ok: false }>): LimbeckError {
  const { item, attempts, error } = answer;
  return new LimbeckError('teacher-failed', {
    where: 'distil, teacher',
    given: `no answer to ${JSON.stringify(item.input.slice(0, 80))} after ${attempts} attempts`,
    expected: 'an answer to every text',
    next: 'Look at the cause and call again: answers that came are kept.',
    cause: error,
  });
}
