export { readExperiments, thisMachine, writeExperiment } from './experiments.js';
export { fileFacts, type FileFacts, peakRssBytes } from './files.js';
