export { codeVersion, type CodeVersion } from './code-version.js';
export { readEvents } from './event-log.js';
export { hashedFile, type HashedFile } from './hash.js';
export { stderrLogger } from './logger.js';
export { type Machine, machine } from './machine.js';
export { runFolder, type RunOptions, runPipeline, type RunResult } from './run-pipeline.js';
export { latestRun, readRun, type RunRecord } from './run-record.js';
