import { type AdditiveMetric, meanMetric } from '../additive-metric.js';
import { counts, overlapOf, referenceLists, type TextReferences, words } from './references.js';

const punctuation = /[!-/:-@[-`{-~]/gu;
const articles = /(?<![\p{L}\p{N}_])(?:a|an|the)(?![\p{L}\p{N}_])/gu;

/** An answer's words without case, ASCII punctuation and articles. */
function answerWords(text: string): string[] {
  return words(text.toLowerCase().replace(punctuation, '').replace(articles, ' '));
}

/**
 * The share of answers that equal a reference but for case, punctuation, articles and spaces, in `[0, 1]`.
 *
 * @throws LimbeckError, from `rows`: `shape-mismatch`, `empty-data`, `invalid-data`
 * @see Rajpurkar et al., "SQuAD: 100,000+ Questions for Machine Comprehension of Text", 2016, §6.1.
 */
export function exactMatch(): AdditiveMetric<readonly string[], TextReferences> {
  return bestReference('exactMatch', (answer, reference) =>
    answerWords(answer).join(' ') === answerWords(reference).join(' ') ? 1 : 0,
  );
}

/**
 * F1 of an answer's words against a reference's, both as bags, in `[0, 1]`; the best reference counts. Where either
 * side has no word, both must have none.
 *
 * @throws LimbeckError as {@link exactMatch}
 */
export function tokenF1(): AdditiveMetric<readonly string[], TextReferences> {
  return bestReference('tokenF1', (answer, reference) => {
    const [ours, theirs] = [answerWords(answer), answerWords(reference)];
    if (ours.length === 0 || theirs.length === 0) return ours.length === theirs.length ? 1 : 0;
    return (2 * overlapOf(counts(ours), counts(theirs))) / (ours.length + theirs.length);
  });
}

/** A metric that is the mean of each item's score against its best reference. */
export function bestReference(
  name: string,
  score: (text: string, reference: string) => number,
): AdditiveMetric<readonly string[], TextReferences> {
  return meanMetric(name, true, (texts, references) => {
    const lists = referenceLists(name, texts, references);
    return Float64Array.from(texts, (text, i) =>
      Math.max(...lists[i]!.map((reference) => score(text, reference))),
    );
  });
}
