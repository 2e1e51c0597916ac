export { type Calibration } from './calibration.js';
export {
  type ByteStudentConfig,
  parseConfig,
  type StudentConfig,
  type StudentConfigBase,
  type Threshold,
  type TokenStudentConfig,
} from './config.js';
export { type ByteBatch, encodeText, padBytes } from './encode.js';
export type { ExplainedPiece, Explanation } from './explain.js';
export type { Prediction } from './prediction.js';
export type { LabelsOf, RecordSchema, SchemaResult } from './record-schema.js';
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
  type ExplainOptions,
  type KnownLabels,
  loadStudentFrom,
  type PredictOptions,
  type Student,
  type StudentFiles,
  type StudentOptions,
} from './student.js';
export type { TextTokenizer, TokenizersModule } from './tokens.js';
