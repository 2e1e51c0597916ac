export { parseConfig, type StudentConfig } from './config.js';
export { type ByteBatch, encodeText, padBytes } from './encode.js';
export {
  type OnnxRuntime,
  type OnnxSession,
  type OnnxSessionOptions,
  onnxSessions,
  type OnnxTensor,
  type SessionFactory,
  type StudentSession,
} from './session.js';
export {
  loadStudentFrom,
  type Prediction,
  type PredictOptions,
  type Student,
  type StudentFiles,
  type StudentOptions,
} from './student.js';
