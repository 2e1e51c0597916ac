import type { Role, RunReport, SystemReport } from '@limbeck/evaluators';

/** What readers call each role. */
export const roleNames: { readonly [role in Role]: string } = {
  teacher: 'teacher',
  student: 'student',
  'student-int8': 'student, int8',
  'student-all-labels': 'all labels, no teacher',
  'label-only': 'scarce labels alone',
  'shuffled-teacher': 'shuffled teacher',
  method: 'other method',
  baseline: 'baseline',
  peer: 'peer',
  reference: 'reference',
};

/** Which roles are the controls that show what the teacher was good for. */
export const controlRoles: readonly Role[] = [
  'label-only',
  'student-all-labels',
  'shuffled-teacher',
];

/** The first system of a role. */
export function systemOf(report: RunReport, role: Role): SystemReport | undefined {
  return report.systems.find((system) => system.role === role);
}

/** The student that the report is about: the distilled one, or else the first system that is no teacher. */
export function studentOf(report: RunReport): SystemReport | undefined {
  return systemOf(report, 'student') ?? report.systems.find(({ role }) => role !== 'teacher');
}
