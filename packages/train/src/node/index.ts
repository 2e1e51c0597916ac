export { exportStudent, type ExportOptions } from './export-student.js';
export { folderStore } from './folder-store.js';
export { type Interrupt, type InterruptOptions, onInterrupt } from './on-interrupt.js';
export {
  type ProgramMaker,
  trainInWorker,
  type WorkerTrainOptions,
  type WorkerTrainResult,
} from './train-in-worker.js';
