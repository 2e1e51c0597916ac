import { LimbeckError } from '@limbeck/core';

/** Checks class names. @throws LimbeckError `invalid-option` for fewer than two, or for one twice */
export function checkLabels(where: string, labels: readonly string[]): void {
  const twice = labels.find((label, i) => labels.indexOf(label) !== i);
  if (labels.length >= 2 && twice === undefined) return;
  throw new LimbeckError('invalid-option', {
    where,
    given: twice === undefined ? `${labels.length} labels` : `the label "${twice}" twice`,
    expected: 'at least two labels, all different',
    next: 'List every class once, in the order of the logits.',
  });
}
