import type { Role, RunReport, SystemReport } from '@limbeck/evaluators';

/** A system of one run with its like in the other; one of them is absent where there is none. */
export interface MatchedSystem {
  /** In the first run. */
  readonly a?: SystemReport;
  /** In the second run. */
  readonly b?: SystemReport;
}

/** Roles that a run has once: of two runs they mean the same thing whatever the systems are called. */
const single: readonly Role[] = [
  'teacher',
  'student',
  'student-int8',
  'student-all-labels',
  'label-only',
  'shuffled-teacher',
];

/** Pairs systems of equal name, then those that alone play a part in both runs; in the order of the first run. */
export function matchSystems(a: RunReport, b: RunReport): MatchedSystem[] {
  const free = new Set(b.systems);
  const take = (found: SystemReport | undefined): SystemReport | undefined => {
    if (found !== undefined) free.delete(found);
    return found;
  };
  const byName = new Map(
    a.systems.map((one) => [one, take([...free].find(({ name }) => name === one.name))]),
  );
  const alone = (report: RunReport, role: Role): boolean =>
    report.systems.filter((one) => one.role === role).length === 1;
  const pairs = a.systems.map((one): MatchedSystem => {
    const { role } = one;
    const same =
      byName.get(one) ??
      (single.includes(role) && alone(a, role) && alone(b, role)
        ? take([...free].find((other) => other.role === role))
        : undefined);
    return same === undefined ? { a: one } : { a: one, b: same };
  });
  return [...pairs, ...[...free].map((one): MatchedSystem => ({ b: one }))];
}
