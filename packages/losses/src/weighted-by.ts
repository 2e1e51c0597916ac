import { LimbeckError } from '@limbeck/core';
import { type Loss, sameShape, showShape, type Tensor, type TensorTree } from '@limbeck/tensor';

/**
 * A loss whose items are multiplied, one by one, by a ratio worked out from the batch: a confidence, an importance.
 * Weights stay as they are, so the sum is still divided by the number of items and not by the ratios' sum.
 *
 * Gradients flow into a ratio that depends on the student, unless it is made of stopGradient().
 *
 * @param loss - a loss of one value an example, token or group
 * @param ratio - from the batch's signals to one number an item, of the items' shape
 * @throws LimbeckError `invalid-option` for a loss of whole batches; `shape-mismatch`, when applied, for a ratio of
 * another shape than the items
 * @example
 * ```ts
 * import { softTargets, weightedBy } from '@limbeck/losses';
 * import type { Logits } from '@limbeck/tensor';
 *
 * // An example counts as much as the teacher is sure of it.
 * const sure = weightedBy(softTargets(), ({ teacher }: { teacher: Logits }) =>
 *   teacher.logits.stopGradient().softmax().max(-1),
 * );
 * console.log(sure.name); // weightedBy(softTargets)
 * ```
 */
export function weightedBy<Needs, P extends TensorTree, S extends TensorTree, More>(
  loss: Loss<Needs, P, S>,
  ratio: (signals: More) => Tensor,
): Loss<Needs & More, P, S> {
  if (loss.per === 'batch') {
    throw new LimbeckError('invalid-option', {
      where: 'weightedBy',
      given: `${loss.name}, one value a batch`,
      expected: 'a loss of one value an example, token or group',
      next: 'Weigh the whole loss with weighted([[0.5, loss]]).',
    });
  }
  const name = `weightedBy(${loss.name})`;
  return {
    name,
    ...(loss.config && { config: loss.config }),
    per: loss.per,
    ...(loss.init && { init: (rng, needs) => loss.init!(rng, needs as never) }),
    ...(loss.advance && { advance: (given) => loss.advance!(given) }),
    apply: (signals, given) => {
      const { terms, state } = loss.apply(signals, given);
      const factor = ratio(signals);
      const scaled = terms.map((term) => {
        checkRatio(factor, term.items);
        return { ...term, items: term.items.mul(factor) };
      });
      return { terms: scaled, state };
    },
  };
}

function checkRatio(ratio: Tensor, items: Tensor): void {
  if (sameShape(ratio.shape, items.shape)) return;
  throw new LimbeckError('shape-mismatch', {
    where: 'weightedBy',
    given: `a ratio ${showShape(ratio.shape)} for items ${showShape(items.shape)}`,
    expected: 'one ratio an item',
    next: 'Reduce the ratio over the other axes, for example with .max(-1).',
  });
}
