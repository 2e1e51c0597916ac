import { LimbeckError } from '@limbeck/core';
import type { Qrels, Run } from './qrels.js';

/** Options that all ranking metrics share. */
export interface RankingOptions {
  /**
   * What becomes of a judged query that the run lacks: left out, as trec_eval does, or a 0, as with its `-c` and in the
   * tables of MS MARCO and BEIR. @defaultValue 'intersect'
   */
  readonly missing?: 'intersect' | 'zero';
  /**
   * How equal scores are ordered: by document, last one first (bytewise), as trec_eval does, or as the run's object
   * lists them, which puts names that are whole numbers first. @defaultValue 'trec'
   */
  readonly tie?: 'trec' | 'stable';
  /** Whether scores are rounded to 32 bits first, as in trec_eval 9, so that nearly equal ones tie. @defaultValue false */
  readonly float32?: boolean;
}

/** A query's retrieved documents as their grades, best first, beside the grades of all that are judged. */
export interface RankedQuery {
  /** Grades in the order of retrieval; 0 where not judged. */
  readonly gains: Float64Array;
  /** Grades of all judged documents, highest first. */
  readonly ideal: Float64Array;
}

/** Judged queries in the order of the judgements, `undefined` where the run lacks one. */
export function rankQueries(
  where: string,
  run: Run,
  qrels: Qrels,
  options: RankingOptions,
): (RankedQuery | undefined)[] {
  const queries = Object.keys(qrels);
  if (queries.length === 0) {
    throw new LimbeckError('empty-data', {
      where,
      given: 'judgements of no query',
      expected: 'at least one judged query',
      next: 'Check the file of judgements.',
    });
  }
  return queries.map((query) => {
    const judged = qrels[query]!;
    const grades = Object.values(judged);
    const ideal = new Float64Array(grades.length);
    grades.forEach((grade, i) => (ideal[i] = Math.max(0, checkGrade(where, query, grade))));
    ideal.sort().reverse();
    if (!Object.hasOwn(run, query)) return undefined;
    const documents = retrieved(where, query, run[query]!, options);
    const gains = new Float64Array(documents.length);
    documents.forEach((document, i) => {
      // What objects inherit is never a number.
      const grade: unknown = judged[document];
      if (typeof grade === 'number' && grade > 0) gains[i] = grade;
    });
    return { gains, ideal };
  });
}

/** Documents, best first. */
function retrieved(
  where: string,
  query: string,
  scores: Run[string],
  { tie = 'trec', float32 = false }: RankingOptions,
): string[] {
  const documents = Object.keys(scores);
  const values = new Float64Array(documents.length);
  Object.values(scores).forEach((score, i) => {
    if (!Number.isFinite(score)) refuseScore(where, `${score} of ${documents[i]} for ${query}`);
    values[i] = float32 ? Math.fround(score) : score;
  });
  const byTie =
    tie === 'stable'
      ? (i: number, j: number) => i - j
      : (i: number, j: number) => bytewise(documents[j]!, documents[i]!);
  const order = Array.from(documents.keys());
  order.sort((i, j) => values[j]! - values[i]! || byTie(i, j));
  return order.map((i) => documents[i]!);
}

/** Order by UTF-8 bytes, which is that of code points; UTF-16 has surrogates before U+E000. */
function bytewise(a: string, b: string): number {
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; i++) {
    const [x, y] = [a.charCodeAt(i), b.charCodeAt(i)];
    if (x === y) continue;
    const surrogate = (unit: number): boolean => unit >= 0xd800 && unit <= 0xdfff;
    if (surrogate(x) !== surrogate(y)) return surrogate(x) ? 1 : -1;
    return x - y;
  }
  return a.length - b.length;
}

function refuseScore(where: string, score: string): never {
  throw new LimbeckError('non-finite-data', {
    where,
    given: `the score ${score}`,
    expected: 'finite scores',
    next: 'Look at the model that gave it.',
  });
}

function checkGrade(where: string, query: string, grade: number): number {
  if (Number.isSafeInteger(grade)) return grade;
  throw new LimbeckError('invalid-data', {
    where,
    given: `the grade ${grade} for query ${query}`,
    expected: 'whole numbers',
    next: 'Judge by whole grades, 0 for not relevant.',
  });
}
