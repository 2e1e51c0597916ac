export { type Corpus, loadCorpus } from './corpus.js';
export type { Snippet } from './snippet.js';
export { bars } from './table.js';
export { lengths } from './windows.js';
