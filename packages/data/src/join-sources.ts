import {
  type BatchSource,
  type Fed,
  type HostTree,
  type Json,
  LimbeckError,
  type Specs,
} from '@limbeck/core';
import { checkNotEmpty } from './checks.js';
import { renameSizes } from './rename-sizes.js';

/**
 * One source out of several that are read in step: labelled and unlabelled rows, rows to learn from and rows to be judged
 * on. The field that is named first counts the epochs; another one that ends starts again.
 *
 * Parts need not be of one size, so the names of their sizes get the field before them: `batch` of the part `seen` becomes
 * `seen_batch`.
 *
 * @param parts - a source for each field of the batch
 * @throws LimbeckError `empty-data` without sources, or, when read, for one that yields nothing; `invalid-data` if a
 * position is none
 * @example
 * ```ts
 * import { batches, joinSources, labelCollator } from '@limbeck/data';
 *
 * const collator = labelCollator<number>({ label: (row) => row, classes: 10 });
 * const rows = (all: number[]) => batches(all, { batchSize: 2, collator, shuffle: false });
 * const source = joinSources({ seen: rows([1, 2, 3, 4]), held: rows([5, 6]) });
 * for await (const { batch, endOfEpoch } of source.open()) {
 *   console.log(batch.seen.data.join(), batch.held.data.join(), endOfEpoch); // 1,2 5,6 false
 *   // 3,4 5,6 true
 *   if (endOfEpoch) break;
 * }
 * ```
 */
export function joinSources<Batch extends { readonly [field: string]: unknown }>(parts: {
  readonly [Field in keyof Batch]: BatchSource<Batch[Field]>;
}): BatchSource<Batch> {
  const fields = Object.keys(parts);
  checkNotEmpty('joinSources', fields);
  const sourceOf = (field: string): BatchSource<unknown> => parts[field]!;

  async function* open(from?: Json, view?: unknown): AsyncGenerator<Fed<Batch>> {
    const start = from === undefined ? {} : readPositions(from, fields);
    const reading = new Map<string, AsyncIterator<Fed<unknown>>>();
    const begin = (field: string, at?: Json): AsyncIterator<Fed<unknown>> => {
      const iterator = sourceOf(field).open(at, view)[Symbol.asyncIterator]();
      reading.set(field, iterator);
      return iterator;
    };
    try {
      for (;;) {
        const fed: { [field: string]: Fed<unknown> } = {};
        for (const field of fields) {
          let next = await (reading.get(field) ?? begin(field, start[field])).next();
          if (next.done === true) {
            if (field === fields[0] && reading.size === fields.length) return;
            next = await begin(field).next();
          }
          if (next.done === true) throw nothing(field);
          fed[field] = next.value;
        }
        const each = <Value>(get: (fed: Fed<unknown>) => Value): { [field: string]: Value } =>
          Object.fromEntries(fields.map((field) => [field, get(fed[field]!)]));
        yield {
          batch: each(({ batch }) => batch) as unknown as HostTree<Batch>,
          position: each(({ position }) => position),
          endOfEpoch: fed[fields[0]!]!.endOfEpoch === true,
        };
      }
    } finally {
      for (const iterator of reading.values()) await iterator.return?.();
    }
  }

  return {
    specs: Object.fromEntries(
      fields.map((field) => [
        field,
        renameSizes(sourceOf(field).specs, (name) => `${field}_${name}`),
      ]),
    ) as unknown as Specs<Batch>,
    live: fields.some((field) => sourceOf(field).live === true),
    open,
  };
}

function readPositions(from: Json, fields: readonly string[]): { readonly [field: string]: Json } {
  const given = (typeof from === 'object' && !Array.isArray(from) ? from : null) ?? {};
  const positions = given as { readonly [field: string]: Json };
  if (fields.every((field) => Object.hasOwn(positions, field))) return positions;
  throw new LimbeckError('invalid-data', {
    where: 'joinSources',
    given: `position ${JSON.stringify(from)}`,
    expected: `a position for each of ${fields.join(', ')}`,
    next: 'Start from the beginning, or from a checkpoint of this program.',
  });
}

function nothing(field: string): LimbeckError {
  return new LimbeckError('empty-data', {
    where: `joinSources, "${field}"`,
    given: 'a source that yields nothing',
    expected: 'at least one batch',
    next: 'Check that its data set is not empty.',
  });
}
