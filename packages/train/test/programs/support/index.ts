export {
  classMeans,
  digitExport,
  digitStudent,
  spoiltLabels,
  type TaughtBatch,
  taughtCollator,
  type TaughtDigit,
} from './digit-runs.js';
export {
  type Digit,
  type DigitBatch,
  digitCollator,
  digitParts,
  digits,
  labels,
  width,
} from './digits.js';
export {
  averaged,
  learn,
  type Learner,
  learner,
  moved,
  predicts,
  run,
  startAt,
} from './learner.js';
export { angles, divergence, itemsOfCrossEntropy, planned } from './phases.js';
export { byClass, type ClassBatch, classCollator, noData } from './sources.js';
export { teacherModel, trainedTeacher } from './teacher.js';
export { erased, type TrainingProgram } from './training-program.js';
