/** Every part that a system can play in a report, in the order in which reports list them. */
export const roles = [
  'teacher',
  'student',
  'student-int8',
  'student-all-labels',
  'label-only',
  'shuffled-teacher',
  'method',
  'baseline',
  'peer',
  'reference',
] as const;

/**
 * The part that a system plays: the `teacher`; the distilled `student` and its quantised form; the controls, which are the
 * same student on the scarce labels alone (`label-only`), on all labels (`student-all-labels`) and on a
 * `shuffled-teacher`; another distillation `method`; a simple `baseline`; a `peer` from elsewhere; a `reference` number.
 */
export type Role = (typeof roles)[number];
