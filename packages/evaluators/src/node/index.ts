export { fileFacts, type FileFacts, peakRssBytes } from './files.js';
