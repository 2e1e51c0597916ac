import { LimbeckError } from '@limbeck/core';

/** Judgements: the integer grade of each judged document, by query and document. A grade below 0 counts as not judged. */
export type Qrels = { readonly [query: string]: { readonly [document: string]: number } };

/** What a system retrieved: the score of each document, by query and document; higher is better. */
export type Run = { readonly [query: string]: { readonly [document: string]: number } };

/**
 * Reads judgements in TREC's format: a line `query iteration document grade` each.
 *
 * @throws LimbeckError `invalid-record` with the line for anything else, `duplicate-name` for a document judged twice
 */
export function parseQrels(text: string): Qrels {
  return readLines('parseQrels', text, 4, ([query, , document, grade]) => {
    const value = Number(grade);
    return Number.isSafeInteger(value) ? [query!, document!, value] : undefined;
  });
}

/**
 * Reads a run in TREC's format: a line `query Q0 document rank score tag` each. The rank is not used, as in trec_eval.
 *
 * @throws LimbeckError `invalid-record` with the line for anything else, `duplicate-name` for a document retrieved twice
 */
export function parseRun(text: string): Run {
  return readLines('parseRun', text, 6, ([query, , document, , score]) => {
    const value = Number(score);
    return Number.isFinite(value) ? [query!, document!, value] : undefined;
  });
}

type Entry = readonly [query: string, document: string, value: number];

function readLines(
  where: string,
  text: string,
  fields: number,
  read: (parts: readonly string[]) => Entry | undefined,
): { [query: string]: { [document: string]: number } } {
  const found = new Map<string, Map<string, number>>();
  const lines = text.split(/\r?\n/u);
  for (const [i, line] of lines.entries()) {
    if (line.trim() === '') continue;
    const parts = line.trim().split(/\s+/u);
    const entry = parts.length === fields ? read(parts) : undefined;
    if (entry === undefined) {
      throw new LimbeckError('invalid-record', {
        where,
        given: `line ${i + 1}: ${line.slice(0, 100)}`,
        expected: `${fields} fields with white space between them, the number among them finite`,
        next: 'Repair this line.',
      });
    }
    const [query, document, value] = entry;
    const documents = found.get(query) ?? new Map<string, number>();
    found.set(query, documents);
    if (documents.has(document)) {
      throw new LimbeckError('duplicate-name', {
        where,
        given: `line ${i + 1}: document ${document} of query ${query} again`,
        expected: 'each document once a query',
        next: 'Remove one of the lines.',
      });
    }
    documents.set(document, value);
  }
  // fromEntries defines fields, so that a name such as __proto__ is one like any other.
  return Object.fromEntries(
    [...found].map(([query, documents]) => [query, Object.fromEntries(documents)]),
  );
}
