import { Rng } from '@limbeck/core';
import type { Example } from './example.js';

/** What one student learns from. */
export interface Lesson {
  readonly rows: readonly LessonRow[];
  /** The weight of the teacher's soft targets; labels weigh the rest. */
  readonly teacherWeight: number;
  /** Whether its targets must be found aligned; off for controls whose targets are not the teacher's own. */
  readonly canary: boolean;
}

/** A text, its label where the student may see it, and what the teacher says. */
export interface LessonRow {
  readonly example: Example;
  readonly label: number | undefined;
  /** The teacher's logits, `[labels]`. */
  readonly teacher: Float32Array;
}

/** The lessons that every family gets: the distilled student and its controls. */
export const lessonNames = ['distilled', 'label-only', 'shuffled'] as const;

/** One of them. */
export type LessonName = (typeof lessonNames)[number];

/**
 * The rows of a lesson: soft targets for every text and labels where there are some; labels alone, for the texts that
 * have one; or the soft targets of other texts, labels staying in place.
 *
 * @param teacher - the teacher's logits of each example, in their order
 */
export function lessonOf(
  name: LessonName,
  examples: readonly Example[],
  teacher: readonly Float32Array[],
  options: { readonly seed: number; readonly teacherWeight: number },
): Lesson {
  const { seed, teacherWeight } = options;
  const rows = examples.map((example, i) => ({
    example,
    label: example.label,
    teacher: teacher[i]!,
  }));
  if (name === 'distilled') return { rows, teacherWeight, canary: true };
  if (name === 'label-only') {
    const labelled = rows.filter(({ label }) => label !== undefined);
    return { rows: labelled, teacherWeight: 0, canary: false };
  }
  const order = Rng.from(seed).stream('shuffled teacher').permutation(rows.length);
  return {
    rows: rows.map((row, i) => ({ ...row, teacher: teacher[order[i]!]! })),
    teacherWeight,
    canary: false,
  };
}
