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
export { checkRecords, type CheckRecordsOptions } from './records/check-records.js';
export {
  type ColumnDescription,
  type ColumnGuess,
  describeColumns,
} from './records/describe-columns.js';
export type { ClassNames, HubConfig } from './records/hub-layout.js';
export type {
  BadRecord,
  ColumnType,
  OnBad,
  RecordOptions,
  RecordReader,
  RecordReport,
  Row,
  ValueType,
} from './records/record-options.js';
export { jaccard, shingles, type ShingleOptions } from './shingles.js';
export {
  memorySignalStore,
  type SignalWidths,
  type VectorSignals,
  type VectorStore,
} from './signal-store.js';
export { type Neighbour, type SimilarityIndex, similarityIndex } from './similarity-index.js';
export { type TextBatch, textCollator, type TextOptions } from './text-collator.js';
export {
  graphCollator,
  type GraphBatch,
  type GraphOptions,
  type SmallGraph,
} from './graph-collator.js';
export { groupCollator, type GroupBatch, type GroupOptions } from './group-collator.js';
export { checkLeakage, leakage, type LeakageOptions, type LeakageReport } from './leakage.js';
export { lengthBuckets, type LengthBucketsOptions } from './length-buckets.js';
export { mapRows, pairCollator, type PairBatch, type PairOptions } from './pair-collator.js';
export { sequenceCollator, type SequenceBatch, type SequenceOptions } from './sequence-collator.js';
export {
  alignSpans,
  byteOffsets,
  type Offset,
  type Span,
  spanClasses,
  spanCollator,
  type SpanOptions,
  type SpanScheme,
} from './span-collator.js';
export { splitRows, type SplitRows, type SplitRowsOptions } from './split-rows.js';
export {
  stratifiedSplit,
  type StratifiedSplit,
  type StratifiedSplitOptions,
} from './stratified-split.js';
export { streamedBatches, type StreamedBatchesOptions } from './streamed-batches.js';
export { type TiedRows, type TieOptions, tieRows } from './tie-rows.js';
export { type Moment, timeSplit, type TimeSplit, type TimeSplitOptions } from './time-split.js';
export { type TopK, type TopKBatch, topKCollator, type TopKOptions } from './top-k-collator.js';
export { byteTokeniser, type ByteTokeniserOptions } from './tokenisers/byte-tokeniser.js';
export { checkTokeniser, type CheckTokeniserOptions } from './tokenisers/check-tokeniser.js';
export { measureTokeniser, type TokeniserMeasures } from './tokenisers/measure-tokeniser.js';
export {
  type TokenBatch,
  tokenCollator,
  type TokenCollatorOptions,
  type TypedTokenBatch,
} from './tokenisers/token-collator.js';
export { tokeniser } from './tokenisers/tokeniser.js';
export type {
  EncodeOptions,
  Encoding,
  SpecialTokens,
  Token,
  Tokeniser,
} from './tokenisers/tokeniser-types.js';
