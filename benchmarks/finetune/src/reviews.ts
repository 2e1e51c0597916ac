import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { LimbeckError, Rng } from '@limbeck/core';
import { readJsonl } from '@limbeck/data/node';

/** A customer review. */
export interface Review {
  /** What it says, in lower case and split at spaces. */
  readonly text: string;
  /** 1 where it praises, 0 where it complains. */
  readonly label: number;
}

/** The reviews, and what they are. */
export interface Reviews {
  readonly rows: readonly Review[];
  readonly sha256: string;
}

/** The sha256 of the file that the experiment was made with. */
const known = '4f42c89b6e921f744f3ed6657c05c470459904ce6f1b3c3e6eaae1054ef47559';

/** Where data sets lie. @throws LimbeckError `data-missing` */
export function dataFolder(): string {
  const folder = process.env['LIMBECK_DATA'];
  if (folder !== undefined && folder !== '') return folder;
  throw missing('LIMBECK_DATA, which names no folder');
}

/** Reads the customer reviews (CR). @throws LimbeckError `data-missing` if they are not there, or other ones */
export async function readReviews(folder: string): Promise<Reviews> {
  const file = path.join(folder, 'text-classification', 'cr', 'all.jsonl.gz');
  let sha256: string;
  try {
    sha256 = createHash('sha256').update(readFileSync(file)).digest('hex');
  } catch (cause) {
    throw missing(file, cause);
  }
  if (sha256 !== known) throw missing(`${file} with sha256 ${sha256}`);
  const rows: Review[] = [];
  for await (const row of readJsonl<Review>(file)) rows.push(row);
  return { rows, sha256 };
}

function missing(given: string, cause?: unknown): LimbeckError {
  return new LimbeckError('data-missing', {
    where: 'readReviews',
    given,
    expected: `the customer reviews as text-classification/cr/all.jsonl.gz, sha256 ${known}`,
    next: 'Convert custrev.all of github.com/harvardnlp/sent-conv-torch to lines of text and label, and set LIMBECK_DATA.',
    cause,
  });
}

/** Rows to learn from, and a fifth that nothing is chosen by. */
export interface Split {
  readonly train: readonly Review[];
  readonly heldOut: readonly Review[];
}

/** A fifth is held out, by a seed of its own. A text that is held out is not learnt from, where it occurs twice. */
export function splitReviews(rows: readonly Review[], most: number): Split {
  const order = Rng.from(0).stream('held-out').permutation(rows.length);
  const used = [...order].slice(0, Math.min(most, rows.length)).map((i) => rows[i]!);
  const heldOut = used.slice(0, Math.floor(used.length / 5));
  const texts = new Set(heldOut.map(({ text }) => text));
  const train = used.slice(heldOut.length).filter(({ text }) => !texts.has(text));
  return { train, heldOut };
}

/** The same rows with their labels dealt out anew: what a run must not learn from. */
export function shuffled(rows: readonly Review[], seed: number): Review[] {
  const order = Rng.from(seed).stream('shuffled labels').permutation(rows.length);
  return rows.map(({ text }, i) => ({ text, label: rows[order[i]!]!.label }));
}
