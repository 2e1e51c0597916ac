import type { Answer, Item, Teacher } from '@limbeck/core';
import { softmax } from './features.js';
import type { TeacherSignals } from './net-teacher.js';

type Said = Answer<string, TeacherSignals>;

/** The mean of two teachers' distributions, item by item, as logits; an item that either fails is a failed one. */
export function meanTeacher(
  a: Teacher<string, TeacherSignals>,
  b: Teacher<string, TeacherSignals>,
): Teacher<string, TeacherSignals> {
  const id = `mean(${a.id}, ${b.id})`;
  return {
    id,
    signals: a.signals,
    async *label(items, options) {
      const kept: Item<string>[] = [];
      for await (const item of items) kept.push(item);
      async function* again() {
        yield* kept;
      }
      const others = b.label(again(), options)[Symbol.asyncIterator]();
      try {
        for await (const answer of a.label(again(), options)) {
          const other = await others.next();
          if (other.done === true) return;
          yield merge(id, answer, other.value);
        }
      } finally {
        // Whoever stops early must not leave the other teacher's threads running.
        await others.return?.();
      }
    },
  };
}

function merge(id: string, one: Said, two: Said): Said {
  if (!one.ok) return one;
  if (!two.ok) return two;
  const [p, q] = [softmax(one.signals.logits), softmax(two.signals.logits)];
  return {
    ...one,
    signals: { logits: Float32Array.from(p, (share, i) => Math.log((share + q[i]!) / 2)) },
    provenance: { teacher: id, kind: 'probabilities' },
    cost: {
      usd: one.cost.usd + two.cost.usd,
      latencyMs: one.cost.latencyMs + two.cost.latencyMs,
    },
    cached: one.cached && two.cached,
  };
}
