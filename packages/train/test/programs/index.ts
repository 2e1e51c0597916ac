import { datasetMatching } from './dataset-matching.js';
import { emaTeacher } from './ema-teacher.js';
import { gnnDelete } from './gnn-delete.js';
import { maskAndStudent } from './mask-and-student.js';
import { mutualLearning } from './mutual-learning.js';
import type { TrainingProgram } from './support/training-program.js';
import { onPolicy } from './on-policy.js';
import { taidProgram } from './taid.js';
import { tgeoKd } from './tgeo-kd.js';

/** All of them, in the order of the table. */
export const programs: readonly TrainingProgram[] = [
  taidProgram,
  tgeoKd,
  mutualLearning,
  emaTeacher,
  onPolicy,
  datasetMatching,
  gnnDelete,
  maskAndStudent,
];
