import { type Answer, type ContentHash, LimbeckError, type SignalStore } from '@limbeck/core';
import { checkFinite } from './checks.js';

/** Named vectors: what a teacher said of one input. */
export type VectorSignals = { readonly [name: string]: Float32Array };

/** How long each named vector is, such as `{ logits: 22 }`. */
export type SignalWidths<Signals extends VectorSignals> = { readonly [K in keyof Signals]: number };

/** A {@link SignalStore} of vectors that can be asked directly. */
export interface VectorStore<Signals extends VectorSignals> extends SignalStore<Signals> {
  /** How many inputs have signals. */
  readonly size: number;
  /** An input's signals, or nothing. */
  get(key: ContentHash): Signals | undefined;
}

/** Keeps signals in memory: for tests, and for labelling that need not last. */
export function memorySignalStore<Signals extends VectorSignals>(
  widths: SignalWidths<Signals>,
): VectorStore<Signals> {
  const kept = new Map<ContentHash, Signals>();
  return vectorStore(widths, {
    get: (key) => kept.get(key),
    has: (key) => kept.has(key),
    size: () => kept.size,
    set: (key, signals) => kept.set(key, signals),
  });
}

/** Where a {@link vectorStore} keeps what it checked. */
export interface Shelf<Signals> {
  get(key: ContentHash): Signals | undefined;
  has(key: ContentHash): boolean;
  size(): number;
  set(key: ContentHash, signals: Signals): void;
}

/** A store over a shelf: checks what is put, and that what is joined is there. */
export function vectorStore<Signals extends VectorSignals>(
  widths: SignalWidths<Signals>,
  shelf: Shelf<Signals>,
): VectorStore<Signals> {
  return {
    get size() {
      return shelf.size();
    },
    get: (key) => shelf.get(key),
    async put(answer) {
      shelf.set(answer.item.key, checkAnswer(answer, widths));
    },
    async *missing(keys) {
      for (const key of keys) if (!shelf.has(key)) yield key;
    },
    async *join(records, key) {
      let at = 0;
      for await (const record of records) {
        const signals = shelf.get(key(record));
        if (signals === undefined) throw misaligned(at, key(record), shelf.size());
        yield { ...record, signals };
        at++;
      }
    },
  };
}

function misaligned(at: number, key: ContentHash, size: number): LimbeckError {
  return new LimbeckError('targets-misaligned', {
    where: 'SignalStore.join',
    given: `record ${at} with key ${key.slice(0, 12)}…, of which the store has no signals (it has ${size} others)`,
    expected: "signals filed under the hash of every record's input",
    next: 'Label the missing inputs, and hash the same fields as when they were labelled.',
  });
}

function checkAnswer<Signals extends VectorSignals>(
  answer: Answer<unknown, Signals>,
  widths: SignalWidths<Signals>,
): Signals {
  const where = 'SignalStore.put';
  const { key, sample = 0 } = answer.item;
  if (!answer.ok) {
    throw new LimbeckError('teacher-failed', {
      where,
      given: `a failed answer for ${key.slice(0, 12)}…`,
      expected: 'an answer with signals',
      next: 'Ask again, or leave the input unlabelled.',
      cause: answer.error,
    });
  }
  if (!/^[0-9a-f]{64}$/.test(key) || sample !== 0) {
    throw new LimbeckError('invalid-data', {
      where,
      given: `key ${JSON.stringify(key)}, sample ${sample}`,
      expected: 'a content hash of 64 hexadecimal digits, and one sample an input',
      next: 'Make the key with contentHash(input).',
    });
  }
  for (const [name, width] of Object.entries<number>(widths)) {
    const vector: Float32Array | undefined = answer.signals[name];
    if (vector?.length !== width) {
      throw new LimbeckError(vector === undefined ? 'missing-signal' : 'shape-mismatch', {
        where,
        given: vector === undefined ? `no ${name}` : `${name} of ${vector.length} numbers`,
        expected: `${name} of ${width} numbers`,
        next: 'Ask the teacher for that signal, or open a store of other widths.',
      });
    }
    checkFinite(where, vector, `${name} of ${key.slice(0, 12)}…`);
  }
  return answer.signals;
}
