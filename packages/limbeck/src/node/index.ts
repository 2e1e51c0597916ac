export type { CommandIo } from './io.js';
export { main } from './main.js';
export { runPipeline, type RunOptions, type RunResult } from '@limbeck/pipeline/node';
