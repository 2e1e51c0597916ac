/** A piece of a text and how much an answer owes to it. */
export interface ExplainedPiece {
  /** The piece as it stands in the text: a word, or one other sign. */
  readonly text: string;
  /** Where it begins, in UTF-16 units. */
  readonly start: number;
  /** Where it ends, exclusive. */
  readonly end: number;
  /**
   * How much the label's log-odds, in nats, fall when the piece is deleted: above 0 where it speaks for the label, below
   * where it speaks against it.
   */
  readonly score: number;
}

/** Why a student gave an answer. */
export interface Explanation<Label extends string> {
  /** The label that is explained. */
  readonly label: Label;
  /** Its probability. */
  readonly probability: number;
  /** The pieces of the text, in order. */
  readonly pieces: readonly ExplainedPiece[];
}

/** Words with their digits and marks, or single signs; blanks are no pieces. */
const pieces = /[\p{L}\p{N}\p{M}_]+|[^\s\p{L}\p{N}\p{M}_]/gu;

/** A piece's place. */
export interface Span {
  /** Where it begins, in UTF-16 units. */
  readonly start: number;
  /** Where it ends, exclusive. */
  readonly end: number;
}

/**
 * The pieces of a text. Where there are more than `most`, neighbours are joined, so that no explanation costs more than so
 * many predictions.
 */
export function spansOf(text: string, most: number): readonly Span[] {
  const all = Array.from(text.matchAll(pieces), ({ index, 0: piece }) => ({
    start: index,
    end: index + piece.length,
  }));
  const each = Math.ceil(all.length / most);
  if (each <= 1) return all;
  return Array.from({ length: Math.ceil(all.length / each) }, (_, i) => ({
    start: all[i * each]!.start,
    end: all[Math.min(all.length, (i + 1) * each) - 1]!.end,
  }));
}

/** A text without some of its pieces. */
export function without(text: string, spans: readonly Span[]): string {
  let left = '';
  let at = 0;
  for (const { start, end } of spans) {
    left += text.slice(at, start);
    at = end;
  }
  return left + text.slice(at);
}

/** log(p / (1 − p)) of one label by its logits, `[labels]`, without losing what lies near 1. */
export function logOdds(logits: Float32Array, label: number): number {
  let most = -Infinity;
  for (const [i, value] of logits.entries()) if (i !== label) most = Math.max(most, value);
  // With one label alone there is nothing to be at odds with.
  if (most === -Infinity) return 0;
  let rest = 0;
  for (const [i, value] of logits.entries()) if (i !== label) rest += Math.exp(value - most);
  return logits[label]! - most - Math.log(rest);
}
