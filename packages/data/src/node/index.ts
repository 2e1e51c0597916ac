export { type GraphName, readGraph, type ReadGraphOptions, readLinkSplits } from './graph-sets.js';
export {
  type BadLine,
  readJsonl,
  type ReadJsonlOptions,
  writeJsonl,
  type WriteJsonlOptions,
} from './jsonl.js';
export { openSignalStore, type SignalFile, type SignalStoreOptions } from './signal-file.js';
export {
  type BadFile,
  readTextFolder,
  type ReadTextFolderOptions,
  type TextFile,
} from './text-folder.js';
