export type { CommandIo } from './io.js';
export {
  type LivePage,
  type LivePageOptions,
  type RunEnd,
  startLivePage,
} from './live/start-live-page.js';
export { main } from './main.js';
export {
  hashedFile,
  type HashedFile,
  runPipeline,
  type RunOptions,
  type RunResult,
} from '@limbeck/pipeline/node';
