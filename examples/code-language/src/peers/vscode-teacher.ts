import { LimbeckError, type Answer, type Item, type Teacher } from '@limbeck/core';
import { labelsByName } from './dialects.js';
import { type PeerPool, peerPool, stopped } from './peer-pool.js';
import { type Guess, modelId, restricted } from './vscode-model.js';

type Signals = { readonly logits: Float32Array };
type Said = Answer<string, Signals>;

/** The least probability, so that its logarithm is finite. */
const floor = 1e-6;

/** Texts an order, and orders under way for each thread: the next one lies ready when a thread is done. */
const [perOrder, ahead] = [32, 2];

/**
 * VS Code's model as a {@link Teacher}: one that was trained by others and only answers. Its logits are log
 * probabilities over our languages.
 *
 * ```text
 * p_c = 1 / C                  for each of the U languages that the model does not know: no opinion
 * p_c = (1 − U / C) q_c        for the others; q = the model's distribution, restricted to them and renormalised
 * logits = log(max(p, 10⁻⁶) / Σ max(p, 10⁻⁶))
 * ```
 *
 * Where the model abstains, all languages are equally likely.
 */
export function vscodeTeacher(
  languages: readonly string[],
  options: {
    /** How many threads ask. @defaultValue 2 */
    readonly threads?: number;
  } = {},
): Teacher<string, Signals> {
  const { threads = 2 } = options;
  const labels = labelsByName('vscode', languages);
  const known = new Set([...labels.values()].flat());
  const id = `${modelId} over ${languages.length} languages`;

  const ask = async (pool: PeerPool, items: readonly Item<string>[]): Promise<Said[]> => {
    const texts = items.map(({ input }) => input);
    const started = performance.now();
    try {
      const reply = await pool.ask({ library: 'vscode', texts, subset: [] });
      const latencyMs = (performance.now() - started) / items.length;
      return (reply.answers as readonly (readonly Guess[])[]).map((found, i) => ({
        item: items[i]!,
        ok: true,
        signals: { logits: opinion(restricted(found, labels, languages.length), known) },
        provenance: { teacher: id, kind: 'probabilities' },
        cost: { usd: 0, latencyMs },
        cached: false,
      }));
    } catch (cause) {
      const error = cause instanceof LimbeckError ? cause : teacherFailed(cause);
      return items.map((item) => ({ item, ok: false, error, attempts: 1 }));
    }
  };

  return {
    id,
    signals: { logits: { dtype: 'float32', shape: [languages.length] } },
    async *label(items, { abortSignal } = {}) {
      const pool = peerPool(threads);
      const abort = (): void => void pool.dispose();
      abortSignal?.addEventListener('abort', abort, { once: true });
      const check = (): void => {
        if (abortSignal?.aborted === true) throw stopped(abortSignal.reason);
      };
      try {
        check();
        const under: Promise<Said[]>[] = [];
        let waiting: Item<string>[] = [];
        for await (const item of items) {
          waiting.push(item);
          if (waiting.length < perOrder) continue;
          under.push(ask(pool, waiting));
          waiting = [];
          if (under.length < threads * ahead) continue;
          const answers = await under.shift()!;
          check();
          yield* answers;
        }
        if (waiting.length > 0) under.push(ask(pool, waiting));
        for (const last of under) {
          const answers = await last;
          check();
          yield* answers;
        }
      } finally {
        abortSignal?.removeEventListener('abort', abort);
        await pool.dispose();
      }
    },
  };
}

/** Log probabilities of all languages, from those of the known ones. */
function opinion(row: Float64Array, known: ReadonlySet<number>): Float32Array {
  const share = 1 / row.length;
  const abstains = row.every((p) => p === 0);
  const p = row.map((q, label) =>
    abstains || !known.has(label) ? share : Math.max(floor, q * share * known.size),
  );
  const sum = p.reduce((total, value) => total + value, 0);
  return Float32Array.from(p, (value) => Math.log(value / sum));
}

function teacherFailed(cause: unknown): LimbeckError {
  return new LimbeckError('teacher-failed', {
    where: 'vscodeTeacher',
    given: String(cause),
    expected: 'an answer',
    next: 'Run again: what was labelled is kept.',
    cause,
  });
}
