import type { Metric } from '@limbeck/core';
import { accuracy } from './accuracy.js';
import { ece } from './calibration.js';
import {
  jensenShannon,
  reverseDivergence,
  teacherDivergence,
  totalVariation,
} from './divergences.js';
import { agreement } from './fidelity.js';
import type { ClassProbabilities, References } from './predictions.js';
import { rankAgreement } from './rank-agreement.js';
import { ifDefined } from './undefined-metric.js';

/** How often a student answers as its teacher on some of the items. */
export interface AgreementOn {
  /** The share, in `[0, 1]`. */
  readonly agreement: number;
  /** How many items. */
  readonly n: number;
}

/** How closely a student follows its teacher. */
export interface FidelityReport {
  /** The teacher's accuracy minus the student's. */
  readonly accuracyGap: number;
  /** Share of items on which both answer alike. */
  readonly agreement: number;
  /** The same where the teacher is right; absent where it never is. */
  readonly whereTeacherRight?: AgreementOn;
  /** The same where the teacher is wrong; absent where it never is. */
  readonly whereTeacherWrong?: AgreementOn;
  /** KL of the student's distributions from the teacher's, in nats an item. */
  readonly teacherDivergence: number;
  /** KL of the teacher's distributions from the student's, in nats an item. */
  readonly reverseDivergence: number;
  /** Jensen–Shannon divergence, in nats an item. */
  readonly jensenShannon: number;
  /** Total variation distance, in `[0, 1]`. */
  readonly totalVariation: number;
  /** Mean Kendall's τ-b of the classes' order; absent where no item has an order. */
  readonly kendall?: number;
  /** Mean Spearman's correlation of the classes' order; absent where no item has an order. */
  readonly spearman?: number;
  /** Calibration error of both. */
  readonly ece: { readonly student: number; readonly teacher: number };
}

/**
 * How closely a student follows its teacher, by every measure. Agreement is not accuracy: a student may well be better
 * where its teacher is wrong.
 *
 * @throws LimbeckError as {@link agreement}, {@link teacherDivergence} and {@link ece}
 * @see Stanton et al., "Does Knowledge Distillation Really Work?", 2021, §3. {@link https://arxiv.org/abs/2106.05945}
 */
export function fidelityReport(
  student: ClassProbabilities,
  teacher: ClassProbabilities,
  references: References,
): FidelityReport {
  const follows = <R>(
    metric: Metric<ClassProbabilities, R>,
    of: ClassProbabilities,
    to: R,
  ): number => metric.value(metric.rows(of, to));
  const same = agreement();
  const agreed = same.rows(student, teacher);
  const right = accuracy().rows(teacher, references).data;
  const where = (wanted: number): AgreementOn | undefined => {
    const items = Uint32Array.from(right, (_, i) => i).filter((i) => right[i] === wanted);
    if (items.length === 0) return undefined;
    return { agreement: same.value(agreed, items), n: items.length };
  };
  const [whereTeacherRight, whereTeacherWrong] = [where(1), where(0)];
  const [tau, rho] = (['kendall', 'spearman'] as const).map((by) =>
    ifDefined(() => follows(rankAgreement({ by }), student, teacher)),
  );
  return {
    accuracyGap:
      follows(accuracy(), teacher, references) - follows(accuracy(), student, references),
    agreement: same.value(agreed),
    ...(whereTeacherRight === undefined ? {} : { whereTeacherRight }),
    ...(whereTeacherWrong === undefined ? {} : { whereTeacherWrong }),
    teacherDivergence: follows(teacherDivergence(), student, teacher),
    reverseDivergence: follows(reverseDivergence(), student, teacher),
    jensenShannon: follows(jensenShannon(), student, teacher),
    totalVariation: follows(totalVariation(), student, teacher),
    ...(tau === undefined ? {} : { kendall: tau }),
    ...(rho === undefined ? {} : { spearman: rho }),
    ece: {
      student: follows(ece(), student, references),
      teacher: follows(ece(), teacher, references),
    },
  };
}
