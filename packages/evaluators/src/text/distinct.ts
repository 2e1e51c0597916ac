import { checkWhole, LimbeckError, type Metric } from '@limbeck/core';
import { meanMetric } from '../additive-metric.js';
import { checkChoice } from '../check-choice.js';
import { picked } from '../pick.js';
import { undefinedMetric } from '../undefined-metric.js';
import { ngrams, words } from './references.js';

/** Options of {@link distinct}. */
export interface DistinctOptions {
  /** How many tokens a run has. */
  readonly n: number;
  /** Different runs of all texts together, or the mean of each text's own share. @defaultValue 'corpus' */
  readonly per?: 'corpus' | 'text';
  /** Makes tokens of a text. @defaultValue the parts between white space */
  readonly tokenise?: (text: string) => readonly string[];
}

/**
 * How many of the texts' runs of `n` tokens differ, in `(0, 1]`: 1 where none comes twice.
 *
 * @throws LimbeckError `invalid-option`; from `rows`: `empty-data`; from `value`, or from `rows` for `per: 'text'`:
 * `undefined-metric` without any run
 * @see Li et al., "A Diversity-Promoting Objective Function for Neural Conversation Models", 2016, §5.
 */
export function distinct(options: DistinctOptions): Metric<readonly string[], undefined> {
  const { n, per = 'corpus', tokenise = words } = options;
  checkWhole('distinct', { n }, 1, 'Use 1 or 2.');
  checkChoice('distinct', { per }, ['corpus', 'text']);
  const name = `distinct-${n}`;
  if (per === 'text') {
    return meanMetric(name, true, (texts) =>
      Float64Array.from(someTexts(name, texts), (text) => {
        const runs = ngrams(tokenise(text), n);
        return runs.length === 0 ? noRun(name) : new Set(runs).size / runs.length;
      }),
    );
  }
  return {
    name,
    higherIsBetter: true,
    // A row is the numbers of the text's runs, each run having one of its own; -1 fills it up.
    rows(texts) {
      const runs = someTexts(name, texts).map((text) => ngrams(tokenise(text), n));
      const numbers = new Map<string, number>();
      const columns = runs.reduce((most, each) => Math.max(most, each.length), 1);
      const data = new Float64Array(columns * texts.length).fill(-1);
      runs.forEach((each, i) =>
        each.forEach((run, at) => {
          if (!numbers.has(run)) numbers.set(run, numbers.size);
          data[i * columns + at] = numbers.get(run)!;
        }),
      );
      return { columns, data };
    },
    value(rows, pick) {
      const { columns, data } = rows;
      const seen = new Set<number>();
      let total = 0;
      for (const item of picked(name, rows, pick)) {
        const end = (item + 1) * columns;
        for (let at = item * columns; at < end && data[at]! >= 0; at++) {
          seen.add(data[at]!);
          total++;
        }
      }
      return total === 0 ? noRun(name) : seen.size / total;
    },
  };
}

function noRun(name: string): never {
  return undefinedMetric(
    name,
    'texts without a run of so many tokens',
    'at least one run',
    'Leave out texts that are shorter, or take a smaller n.',
  );
}

/** The texts, if there are any. @throws LimbeckError `empty-data` */
export function someTexts(where: string, texts: readonly string[]): readonly string[] {
  if (texts.length > 0) return texts;
  throw new LimbeckError('empty-data', {
    where,
    given: 'no texts',
    expected: 'at least one',
    next: 'Check the filter that made this set.',
  });
}
