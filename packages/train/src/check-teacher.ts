import { LimbeckError } from '@limbeck/core';

/**
 * Refuses a teacher that says the same of every input, or the same of every class: nothing can be learnt from it.
 *
 * @param signals - one vector an input, such as its logits; read once, so that they may stream
 * @returns how many vectors there were
 * @throws LimbeckError `constant-teacher`; `empty-data` for no signals
 */
export async function checkTeacher(
  signals: Iterable<ArrayLike<number>> | AsyncIterable<ArrayLike<number>>,
): Promise<number> {
  let first: number[] | undefined;
  let rows = 0;
  let varies = false;
  let differs = false;
  for await (const row of signals) {
    const kept = (first ??= Array.from(row));
    varies ||= kept.length !== row.length || kept.some((value, i) => value !== row[i]);
    differs ||= row.length === 1 || kept.some((_, i) => row[i] !== row[0]);
    rows++;
  }
  if (first === undefined) {
    throw new LimbeckError('empty-data', {
      where: 'checkTeacher',
      given: 'no signals',
      expected: 'one vector an input',
      next: 'Label the inputs first.',
    });
  }
  const zeros = first.every((value) => value === 0);
  if (differs && (varies || rows === 1) && !(zeros && !varies)) return rows;
  throw new LimbeckError('constant-teacher', {
    where: 'checkTeacher',
    given: differs
      ? `${rows} times ${zeros ? 'zeros' : `the same vector, which starts with ${first.slice(0, 3).join(', ')}`}`
      : `${rows} vectors whose numbers are all equal`,
    expected: 'signals that differ from input to input',
    next: 'Look at what the teacher answers, and at which output was read.',
  });
}
