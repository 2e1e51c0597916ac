export { bars, type Corpus, type CorpusOptions, loadCorpus } from './corpus.js';
export { families } from './languages.js';
export type { Snippet } from './snippet.js';
export type { CorpusTable, LanguageRow } from './table.js';
