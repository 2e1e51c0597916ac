export { type Corpus, type CorpusOptions, loadCorpus } from './corpus.js';
export { families } from './languages.js';
export type { Snippet } from './snippet.js';
export { bars, type CorpusTable, type LanguageRow } from './table.js';
