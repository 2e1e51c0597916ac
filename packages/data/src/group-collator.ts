import { checkWhole, type Collator, hostTensor, LimbeckError, type Spec } from '@limbeck/core';
import { checkFinite, checkNotEmpty } from './checks.js';
import { integerTensor } from './integer-tensor.js';
import { renameSizes } from './rename-sizes.js';

/** What {@link groupCollator} makes. */
export type GroupBatch<Query, Candidate> = {
  /** One a group; its first size is `batch`. */
  readonly query: Query;
  /** All candidates, group after group; the first size is `batch*candidates`. */
  readonly candidates: Candidate;
  /** 1 for a candidate, 0 for padding, int64 `[batch, candidates]`. */
  readonly mask: Spec;
  /** A grade of each candidate, 0 for padding, float32 `[batch, candidates]`. */
  readonly relevance: Spec;
};

/** Options of {@link groupCollator}. */
export interface GroupOptions<Row, Query, Candidate, QueryBatch, CandidateBatch> {
  /** The row's query. */
  readonly query: (row: Row) => Query;
  /** The row's candidates, at least one. */
  readonly candidates: (row: Row) => readonly Candidate[];
  /** How relevant a candidate is: a label, a teacher's score. @defaultValue 0 for all */
  readonly relevance?: (candidate: Candidate, row: Row) => number;
  /** Makes a batch of queries. */
  readonly queryCollator: Collator<Query, QueryBatch>;
  /** Makes a batch of candidates. */
  readonly candidateCollator: Collator<Candidate, CandidateBatch>;
  /** More candidates than this are left out, the last ones first. @defaultValue no limit */
  readonly maxCandidates?: number;
}

/**
 * Groups, each a query with its candidates, as two batches and a mask `[batch, candidates]`. Groups with fewer candidates
 * than the largest repeat their first one, masked, so that scores `[batch*candidates]` reshape to `[batch, candidates]`.
 *
 * The names of the two batches' other sizes get `query_` and `candidate_` before them.
 *
 * @throws LimbeckError `invalid-option`; from `collate` `empty-data` without rows or for a row without candidates,
 * `non-finite-data` for a relevance that is not finite
 */
export function groupCollator<Row, Query, Candidate, QueryBatch, CandidateBatch>(
  options: GroupOptions<Row, Query, Candidate, QueryBatch, CandidateBatch>,
): Collator<Row, GroupBatch<QueryBatch, CandidateBatch>> {
  const { query, candidates, relevance = () => 0, queryCollator, candidateCollator } = options;
  const { maxCandidates = Number.MAX_SAFE_INTEGER } = options;
  const where = 'groupCollator';
  checkWhole(where, { maxCandidates }, 1, 'Leave it out to keep all.');
  const named = (prefix: string, batch: string) => (name: string) =>
    name === 'batch' ? batch : `${prefix}_${name}`;
  return {
    specs: {
      query: renameSizes(queryCollator.specs, named('query', 'batch')),
      candidates: renameSizes(candidateCollator.specs, named('candidate', 'batch*candidates')),
      mask: { dtype: 'int64', shape: ['batch', 'candidates'] },
      relevance: { dtype: 'float32', shape: ['batch', 'candidates'] },
    },
    collate(rows) {
      checkNotEmpty(where, rows);
      const groups = rows.map((row, i) => someOf(candidates(row), i).slice(0, maxCandidates));
      const width = groups.reduce((most, group) => Math.max(most, group.length), 1);
      const flat = groups.flatMap((group) =>
        Array.from({ length: width }, (_, at) => group[at] ?? group[0]!),
      );
      const mask = new Int32Array(flat.length);
      const grades = new Float32Array(flat.length);
      groups.forEach((group, i) => {
        mask.fill(1, i * width, i * width + group.length);
        const its = group.map((candidate) => relevance(candidate, rows[i]!));
        checkFinite(where, its, `relevance of row ${i}`);
        grades.set(its, i * width);
      });
      const shape = [rows.length, width];
      return {
        query: queryCollator.collate(rows.map(query)),
        candidates: candidateCollator.collate(flat),
        mask: integerTensor('int64', shape, mask),
        relevance: hostTensor('float32', shape, grades),
      };
    },
  };
}

function someOf<Candidate>(candidates: readonly Candidate[], row: number): readonly Candidate[] {
  if (candidates.length > 0) return candidates;
  throw new LimbeckError('empty-data', {
    where: 'groupCollator',
    given: `no candidates in row ${row} of the batch`,
    expected: 'at least one',
    next: 'Drop queries without candidates before batching.',
  });
}
