import { Rng } from '@limbeck/core';
import type { FeatureRow } from './batches.js';
import type { Corpus } from './corpus/index.js';
import type { Lesson } from './students.js';

/** The weight of the teacher's soft targets beside the scarce labels. */
const teacherWeight = 0.9;

/** Windows whose label a student may see: the same share of every language, larger shares holding the smaller ones. */
export function labelledWindows(corpus: Corpus, share: number, seed: number): Set<number> {
  const rng = Rng.from(seed).stream('labels');
  const picked = new Set<number>();
  corpus.languages.forEach((language, label) => {
    const own = corpus.train.flatMap((snippet, index) => (snippet.label === label ? [index] : []));
    const order = rng.stream(language).shuffle(own);
    for (const index of order.slice(0, Math.ceil(share * own.length))) picked.add(index);
  });
  return picked;
}

/** The lessons that students are compared by. */
export interface Lessons {
  /** Soft targets for all windows, labels for a few. */
  distilled(seed: number): Lesson;
  /** The same, with the teacher's first choice in place of its soft targets. */
  argmax(seed: number): Lesson;
  /** The same, with the soft targets of other windows. */
  shuffled(seed: number): Lesson;
  /** Labels of a share of the windows and no teacher. */
  labels(share: number, seed: number): Lesson;
}

/** Makes the lessons from the corpus and the teacher's logits. */
export function lessons(
  corpus: Corpus,
  teacher: readonly Float32Array[],
  labelShare: number,
): Lessons {
  const rowOf = (index: number, label: number | undefined, logits: Float32Array): FeatureRow => ({
    index,
    label,
    teacher: logits,
  });
  const all = (
    seed: number,
    row: (index: number, label: number | undefined) => FeatureRow,
  ): FeatureRow[] => {
    const seen = labelledWindows(corpus, labelShare, seed);
    return corpus.train.map(({ label }, index) => row(index, seen.has(index) ? label : undefined));
  };
  return {
    distilled: (seed) => ({
      rows: all(seed, (index, label) => rowOf(index, label, teacher[index]!)),
      teacherWeight,
      canary: true,
    }),
    argmax: (seed) => ({
      rows: all(seed, (index, label) => {
        const logits = teacher[index]!;
        return rowOf(index, label ?? logits.indexOf(Math.max(...logits)), logits);
      }),
      teacherWeight: 0,
      canary: false,
    }),
    shuffled: (seed) => {
      const order = Rng.from(seed).stream('shuffled teacher').permutation(teacher.length);
      return {
        rows: all(seed, (index, label) => rowOf(index, label, teacher[order[index]!]!)),
        teacherWeight,
        canary: false,
      };
    },
    labels: (share, seed) => {
      const seen = labelledWindows(corpus, share, seed);
      const rows = [...seen].sort((a, b) => a - b);
      return {
        rows: rows.map((index) => rowOf(index, corpus.train[index]!.label, teacher[index]!)),
        teacherWeight: 0,
        canary: false,
      };
    },
  };
}
