import { LimbeckError } from '@limbeck/core';
import { type Logits, sameShape, showShape, type Tensor } from '@limbeck/tensor';

/** The signal itself. @throws LimbeckError `missing-signal` if it is absent, as plain JavaScript allows */
export function present(where: string, name: string, signal: Tensor | undefined): Tensor {
  if (signal !== undefined) return signal;
  const [who] = name.split('.');
  const next =
    who === 'student'
      ? 'Use a student whose outputs have it.'
      : who === 'teacher'
        ? 'Ask the teacher for it, or label the data again.'
        : 'Use a collator that puts it into the batch.';
  throw new LimbeckError('missing-signal', {
    where,
    given: `no ${name}`,
    expected: `a tensor at ${name}`,
    next,
  });
}

/**
 * Checks that both have logits of one shape with classes at the last axis.
 * @throws LimbeckError `missing-signal`, `shape-mismatch`
 */
export function checkLogits(
  where: string,
  student: Logits | undefined,
  teacher: Logits | undefined,
): void {
  const ours = present(where, 'student.logits', student?.logits);
  const theirs = present(where, 'teacher.logits', teacher?.logits);
  if (ours.shape.length >= 2 && sameShape(ours.shape, theirs.shape)) return;
  throw new LimbeckError('shape-mismatch', {
    where,
    given: `student.logits ${showShape(ours.shape)} and teacher.logits ${showShape(theirs.shape)}`,
    expected: 'equal shapes [batch, classes], one column for each class',
    next: "Drop the teacher's other classes and keep those the student predicts, in the same order.",
  });
}
