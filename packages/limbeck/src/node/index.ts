export type { CommandIo } from './io.js';
export { main } from './main.js';
export {
  hashedFile,
  type HashedFile,
  runPipeline,
  type RunOptions,
  type RunResult,
} from '@limbeck/pipeline/node';
