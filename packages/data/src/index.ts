export { contentHash } from './content-hash.js';
export {
  clusters,
  exactDuplicates,
  findLeaks,
  type Leak,
  nearDuplicates,
  type NearOptions,
  type NearPair,
  separateDuplicates,
  type SeparationReport,
  squeeze,
} from './duplicates.js';
export {
  groupSplit,
  type GroupSplit,
  type GroupSplitOptions,
  type Least,
  type Shortfall,
} from './group-split.js';
export { jaccard, shingles, type ShingleOptions } from './shingles.js';
export { type Neighbour, type SimilarityIndex, similarityIndex } from './similarity-index.js';
