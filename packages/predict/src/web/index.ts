export type { EngineChoice } from '../choose-engine.js';
export type { StudentConfig } from '../config.js';
export type { ExplainedPiece, Explanation } from '../explain.js';
export type { Precision } from '../folder-files.js';
export type { Prediction } from '../prediction.js';
export type { OnnxSessionOptions } from '../session.js';
export type {
  ExplainOptions,
  PredictOptions,
  Student,
  StudentFiles,
  StudentOptions,
} from '../student.js';
export { connectStudent } from '../worker/connect-student.js';
export type { StudentPort } from '../worker/port.js';
export { serveStudent } from '../worker/serve-student.js';
export { loadStudent, type WebStudentOptions } from './load-student.js';
export type { OnnxRuntimeWeb } from './onnxruntime-web.js';
