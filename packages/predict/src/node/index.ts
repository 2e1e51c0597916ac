export type { StudentConfig } from '../config.js';
export type { OnnxSessionOptions } from '../session.js';
export type { Prediction, PredictOptions, Student, StudentOptions } from '../student.js';
export { loadStudent, type LoadStudentOptions } from './load-student.js';
