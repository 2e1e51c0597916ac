export { batches, type BatchesOptions } from './batches.js';
export { checkFinite, checkLabelled, checkNotEmpty, type LabelledOptions } from './checks.js';
export {
  joinCollators,
  labelCollator,
  type LabelOptions,
  signalCollator,
  type SignalOptions,
} from './collators.js';
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
export { joinSources } from './join-sources.js';
export type { Edges, ForgetSet, GraphData, LinkSplit, NodeSplit } from './graphs/graph-data.js';
export { parseEdges, parseNodeLabels } from './graphs/parse-tables.js';
export {
  denseRows,
  type DenseOptions,
  parseSparseRows,
  type SparseRows,
} from './graphs/sparse-rows.js';
export { prefetch, type PrefetchableSource } from './prefetch.js';
export { jaccard, shingles, type ShingleOptions } from './shingles.js';
export {
  memorySignalStore,
  type SignalWidths,
  type VectorSignals,
  type VectorStore,
} from './signal-store.js';
export { type Neighbour, type SimilarityIndex, similarityIndex } from './similarity-index.js';
export { type TextBatch, textCollator, type TextOptions } from './text-collator.js';
