import { LimbeckError } from '@limbeck/core';
import { checkIsText } from '../../tokenisers/check-text.js';
import { readLines } from '../lines.js';

/** What a tokeniser is trained on: files of a text a line, gzipped or not, or the texts themselves. */
export type Corpus =
  | { readonly files: readonly string[] }
  | { readonly texts: Iterable<string> | AsyncIterable<string> };

/** A longer line is refused: training holds all words in memory. */
const mostLineBytes = 16 * 2 ** 20;

/**
 * The texts of a corpus.
 *
 * @throws LimbeckError `invalid-record` for a line that is too long or no UTF-8; `invalid-data` for what is no string; as
 * {@link readLines}
 */
export async function* textsOf(corpus: Corpus): AsyncGenerator<string> {
  if ('texts' in corpus) {
    for await (const text of corpus.texts) yield checkIsText('trainTokeniser', text);
    return;
  }
  const decoder = new TextDecoder('utf-8', { fatal: true });
  for (const file of corpus.files) {
    for await (const lines of readLines('trainTokeniser', file, mostLineBytes)) {
      for (const { number, bytes, tooLong } of lines) {
        const bad = (why: string, cause?: unknown): LimbeckError =>
          new LimbeckError('invalid-record', {
            where: 'trainTokeniser',
            given: `line ${number} of ${file}, which is ${why}`,
            expected: `UTF-8 text of at most ${mostLineBytes} bytes a line`,
            next: 'Split or convert the file before.',
            ...(cause === undefined ? {} : { cause }),
          });
        if (tooLong) throw bad('too long');
        try {
          yield decoder.decode(bytes).replace(/\r$/, '');
        } catch (cause) {
          throw bad('not UTF-8', cause);
        }
      }
    }
  }
}

/** What {@link trainingLines} saw. */
export interface CorpusSummary {
  /** Texts that were written for training. */
  texts: number;
  /** Texts that were kept out, in order. */
  readonly heldOut: string[];
  /** How often each character occurs in the texts for training. */
  readonly characters: Map<string, number>;
}

/** No more texts are kept out than these. */
const mostHeldOut = 2000;

/**
 * The lines to train on, in chunks, without blank ones; every twentieth text is kept out instead if `keepOut` says so.
 *
 * @param normalise - a text as the vocabulary is written
 */
export async function* trainingLines(
  texts: AsyncIterable<string>,
  summary: CorpusSummary,
  options: { readonly keepOut: boolean; readonly normalise: (text: string) => string },
): AsyncGenerator<string> {
  let seen = 0;
  for await (const text of texts) {
    const lines = text.split(/\r?\n/).filter((line) => line.trim() !== '');
    if (lines.length === 0) continue;
    seen++;
    if (options.keepOut && seen % 20 === 0 && summary.heldOut.length < mostHeldOut) {
      summary.heldOut.push(text);
      continue;
    }
    summary.texts++;
    for (const line of lines) {
      for (const character of options.normalise(line)) {
        summary.characters.set(character, (summary.characters.get(character) ?? 0) + 1);
      }
    }
    yield `${lines.join('\n')}\n`;
  }
}
