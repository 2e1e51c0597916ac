export { type ColdStart, type ColdStartOptions, measureColdStart } from './cold-start.js';
export { readExperiments, thisMachine, writeExperiment } from './experiments.js';
export { fileFacts, type FileFacts, peakRssBytes } from './files.js';
