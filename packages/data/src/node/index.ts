export {
  type Condition,
  type JoinOptions,
  openTable,
  type OpenTableOptions,
  type QueryValue,
  type SampleSize,
  type Table,
  type TableRow,
  type TableValue,
} from './duckdb/index.js';
export { type GraphName, readGraph, type ReadGraphOptions, readLinkSplits } from './graph-sets.js';
export type { TextEncoding } from './bytes.js';
export { readCsv, type ReadCsvOptions } from './csv/read-csv.js';
export { writeCsv, type WriteCsvOptions } from './csv/write-csv.js';
export {
  describeRecords,
  type DescribeRecordsOptions,
  type RecordsDescription,
} from './describe-records.js';
export { describeHubFolder, type HubFolder } from './hub/hub-folder.js';
export { readHubFolder, type ReadHubFolderOptions } from './hub/read-hub-folder.js';
export { readJson, type ReadJsonOptions } from './json-array.js';
export {
  type BadLine,
  readJsonl,
  type ReadJsonlOptions,
  writeJsonl,
  type WriteJsonlOptions,
} from './jsonl.js';
export { readLabelledFolder, type ReadLabelledFolderOptions } from './labelled-folder.js';
export type { ParquetSchema, ParquetType } from './parquet/column-schema.js';
export { type ParquetColumn, parquetInfo, type ParquetInfo } from './parquet/parquet-info.js';
export { readParquet, type ReadParquetOptions } from './parquet/read-parquet.js';
export { writeParquet, type WriteParquetOptions } from './parquet/write-parquet.js';
export { readRecords, type ReadRecordsOptions } from './read-records.js';
export type { RecordFormatName } from './record-format.js';
export { openSignalStore, type SignalFile, type SignalStoreOptions } from './signal-file.js';
export {
  type BadFile,
  readTextFolder,
  type ReadTextFolderOptions,
  type TextFile,
} from './text-folder.js';
export type { TrainedKind } from './tokenisers/blank-tokeniser.js';
export type { Corpus } from './tokenisers/corpus.js';
export { loadTokeniser } from './tokenisers/load-tokeniser.js';
export {
  type TokeniserReport,
  type TrainedTokeniser,
  trainTokeniser,
  type TrainTokeniserOptions,
} from './tokenisers/train-tokeniser.js';
export { writeRecords, type WriteRecordsOptions } from './write-records.js';
