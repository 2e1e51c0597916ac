import { checkWhole } from '@limbeck/core';

/** A source whose batches may be made ahead of time; {@link batches} makes one. */
export interface PrefetchableSource<From, View, Item> {
  /** Whether batches depend on what the reader does meanwhile; such a source is never read ahead. */
  readonly live?: boolean;
  /** The items behind a position. */
  open(from: From, view: View): AsyncIterable<Item>;
}

/**
 * The same source, read up to `ahead` items before they are asked for.
 *
 * Each item still carries its own position, so what was made ahead and never consumed is made again after a resume.
 * A live source is returned as it is. An error comes where its item would have come; who stops early closes the
 * source.
 *
 * @param ahead - how many items may lie ready; at least 1
 * @throws LimbeckError `invalid-option`
 */
export function prefetch<From, View, Item, Source extends PrefetchableSource<From, View, Item>>(
  source: Source & PrefetchableSource<From, View, Item>,
  ahead = 2,
): Source {
  checkWhole('prefetch', { ahead }, 1, 'Use 2.');
  if (source.live === true) return source;
  const open = (from: From, view: View): AsyncIterable<Item> =>
    readAhead(() => source.open(from, view), ahead);
  return { ...source, open };
}

async function* readAhead<Item>(
  open: () => AsyncIterable<Item>,
  ahead: number,
): AsyncGenerator<Item> {
  const items = open()[Symbol.asyncIterator]();
  const ready: Promise<IteratorResult<Item>>[] = [];
  const ask = (): void => {
    // After the end, or after an error, a generator answers "done" at once: asking on does no harm.
    const item = items.next();
    // Its error is thrown where the item is awaited; until then it must not count as unhandled.
    item.catch(() => undefined);
    ready.push(item);
  };
  try {
    for (let i = 0; i < ahead; i++) ask();
    for (let next = ready.shift(); next !== undefined; next = ready.shift()) {
      const item = await next;
      if (item.done === true) return;
      ask();
      yield item.value;
    }
  } finally {
    await items.return?.();
  }
}
