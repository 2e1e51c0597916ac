import { type Collator, LimbeckError, type Spec } from '@limbeck/core';
import { sequenceCollator } from './sequence-collator.js';

/** A labelled piece of a text. */
export interface Span {
  /** Where it begins, in UTF-16 units of the text. */
  readonly start: number;
  /** Where it ends: the first unit behind it. */
  readonly end: number;
  /** What it is. */
  readonly label: string;
}

/** Where a token lies in its text: from the first UTF-16 unit to the first one behind it. */
export type Offset = readonly [start: number, end: number];

/** How labels are written on tokens. */
export interface SpanScheme {
  /** The kinds of spans. */
  readonly labels: readonly string[];
  /** `bio` tells a span's first token from the others, `io` does not. @defaultValue 'bio' */
  readonly scheme?: 'bio' | 'io';
}

/** The names of the classes that {@link alignSpans} writes: `O`, then `B-x` and `I-x` for each label, or `I-x` alone. */
export function spanClasses(options: SpanScheme): string[] {
  const { labels, scheme = 'bio' } = options;
  const kinds = labels.flatMap((label) =>
    scheme === 'bio' ? [`B-${label}`, `I-${label}`] : [`I-${label}`],
  );
  return ['O', ...kinds];
}

/**
 * A class for every token: that of the span which it shares a character with, else 0 (`O`). Tokens without a character,
 * as the special ones, get -1: losses give them no weight.
 *
 * @throws LimbeckError `unknown-name` for a label that is none; `invalid-data` for spans that overlap, are empty, or meet no
 * token
 * @see Ramshaw and Marcus, "Text chunking using transformation-based learning", 1995, for the scheme
 * @example
 * ```ts
 * import { alignSpans, spanClasses } from '@limbeck/data';
 *
 * const scheme = { labels: ['city'] };
 * const offsets = [[0, 0], [0, 2], [3, 6], [7, 11]] as const; // a special token, "in", "New", "York"
 * const classes = alignSpans([{ start: 3, end: 11, label: 'city' }], offsets, scheme);
 * console.log(spanClasses(scheme).join(), classes.join()); // O,B-city,I-city -1,0,1,2
 * ```
 */
export function alignSpans(
  spans: readonly Span[],
  offsets: readonly Offset[],
  options: SpanScheme,
): Int32Array {
  const { labels, scheme = 'bio' } = options;
  const classes = Int32Array.from(offsets, ([start, end]) => (end > start ? 0 : -1));
  const sorted = [...spans].sort((a, b) => a.start - b.start);
  let reached = 0;
  for (const { start, end, label } of sorted) {
    const kind = labels.indexOf(label);
    if (kind < 0) {
      throw new LimbeckError('unknown-name', {
        where: 'alignSpans',
        given: `the label ${JSON.stringify(label)}`,
        expected: `one of ${labels.join(', ')}`,
        next: 'Correct the label, or list it among the labels.',
      });
    }
    if (!(end > start && start >= reached)) {
      throw wrong(`the span ${start} to ${end}, behind one that ends at ${reached}`);
    }
    reached = end;
    let first = true;
    offsets.forEach((offset, at) => {
      if (classes[at]! < 0 || offset[0] >= end || offset[1] <= start) return;
      // A token that two spans share stays with the first, as it begins there.
      if (classes[at]! > 0) return;
      classes[at] = scheme === 'io' ? 1 + kind : 1 + 2 * kind + (first ? 0 : 1);
      first = false;
    });
    if (first) throw wrong(`the span ${start} to ${end}, which meets no token`);
  }
  return classes;
}

function wrong(given: string): LimbeckError {
  return new LimbeckError('invalid-data', {
    where: 'alignSpans',
    given,
    expected: 'spans of at least one character, none on another, all within the tokens',
    next: 'Check that spans and offsets count UTF-16 units of the same text, and drop spans behind the cut.',
  });
}

/** Where each UTF-8 byte of a text comes from, for students that read bytes: a character's bytes all lie where it does. */
export function byteOffsets(text: string, maxBytes = Number.MAX_SAFE_INTEGER): Offset[] {
  const offsets: Offset[] = [];
  let at = 0;
  for (const character of text) {
    const code = character.codePointAt(0)!;
    const bytes = code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
    const offset: Offset = [at, at + character.length];
    for (let i = 0; i < bytes && offsets.length < maxBytes; i++) offsets.push(offset);
    if (offsets.length >= maxBytes) break;
    at += character.length;
  }
  return offsets;
}

/** Options of {@link spanCollator}. */
export interface SpanOptions<Row> extends SpanScheme {
  /** The row's spans. */
  readonly spans: (row: Row) => readonly Span[];
  /** Where the row's tokens lie, as the tokenizer says, or {@link byteOffsets}. */
  readonly offsets: (row: Row) => readonly Offset[];
  /** Lengths are filled up to a multiple of this: pass what the ids' collator is given. @defaultValue 1 */
  readonly multipleOf?: number;
  /** What the length is called in the specs: as in the ids' collator. @defaultValue 'tokens' */
  readonly size?: string;
}

/**
 * Labels of tokens, int64 `[batch, tokens]`, aligned with their ids: a token's class, or -1 in the padding and for tokens
 * without a character. Spans that begin behind the last token of a text that was cut are left out.
 *
 * @throws LimbeckError `invalid-option`; from `collate` `empty-data` without rows and what {@link alignSpans} throws
 */
export function spanCollator<Row>(options: SpanOptions<Row>): Collator<Row, Spec> {
  const { spans, offsets, multipleOf = 1, size = 'tokens' } = options;
  const labels = sequenceCollator<Row>({
    values(row) {
      const tokens = offsets(row);
      const end = tokens.reduce((last, offset) => Math.max(last, offset[1]), 0);
      return alignSpans(
        spans(row).filter((span) => span.start < end),
        tokens,
        options,
      );
    },
    pad: -1,
    multipleOf,
    size,
  });
  return {
    specs: { dtype: 'int64', shape: ['batch', size] },
    collate: (rows) => labels.collate(rows).values,
  };
}
