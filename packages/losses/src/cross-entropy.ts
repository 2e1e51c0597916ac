import { checkBetween, hostTensor, LimbeckError } from '@limbeck/core';
import {
  constant,
  exampleLoss,
  type Items,
  type Logits,
  type Loss,
  sameShape,
  showShape,
  type Tensor,
  where,
} from '@limbeck/tensor';
import { present } from './checks.js';

/** What {@link crossEntropy} needs of a batch. */
export interface CrossEntropyNeeds {
  /** Logits, `[batch, classes]`. */
  readonly student: Logits;
  /** Class indices, int64 `[batch]`; or distributions over the classes, float `[batch, classes]`. */
  readonly labels: Tensor;
}

/** Options of {@link crossEntropy}. */
export interface CrossEntropyOptions {
  /** ε: the share of the target that is spread over all classes; from 0 to 1. @defaultValue 0 */
  readonly labelSmoothing?: number;
  /** One weight a class, at least 0; an example weighs what its label's class weighs. @defaultValue all 1 */
  readonly classWeights?: readonly number[];
  /** The label that weighs 0. @defaultValue -100 */
  readonly ignore?: number;
}

/**
 * Cross-entropy of the student's class distribution with hard or soft labels, in nats, one an example.
 *
 * ```text
 * L = −(1 − ε) log q_y − ε/C Σ_c log q_c          q = softmax(student.logits), C classes
 * L = −Σ_c ((1 − ε) y_c + ε/C) log q_c            for labels that are distributions y
 * ```
 *
 * Class weights and ignored labels are weights of the items, so a mean is a weighted mean. With soft labels an
 * example weighs Σ_c y_c w_c, and none is ignored.
 *
 * @throws LimbeckError `invalid-option`; `missing-signal`, `shape-mismatch` or `dtype-mismatch`, when applied, if
 * labels and logits do not fit
 * @example
 * ```ts
 * import { crossEntropy } from '@limbeck/losses';
 *
 * console.log(crossEntropy({ labelSmoothing: 0.1 }).per); // example
 * ```
 * @see Szegedy et al., "Rethinking the Inception Architecture", 2016, §7 (label smoothing).
 * {@link https://arxiv.org/abs/1512.00567}
 */
export function crossEntropy(options: CrossEntropyOptions = {}): Loss<CrossEntropyNeeds> {
  const { labelSmoothing = 0, classWeights, ignore = -100 } = options;
  checkBetween('crossEntropy', { labelSmoothing }, 0, 1, 'Use 0 for none, or a value such as 0.1.');
  for (const [i, weight] of (classWeights ?? []).entries()) {
    const next = 'Use 1 for a class that weighs as usual.';
    checkBetween('crossEntropy', { [`classWeights[${i}]`]: weight }, 0, Number.MAX_VALUE, next);
  }
  const weightTable =
    classWeights && constant(hostTensor('float32', [classWeights.length], classWeights));

  const config = { labelSmoothing, classWeights: classWeights ?? null, ignore };
  return exampleLoss(
    { name: 'crossEntropy', config },
    ({ student, labels }: CrossEntropyNeeds): Items => {
      const logits = present('crossEntropy', 'student.logits', student?.logits);
      const soft = checkLabels(logits, present('crossEntropy', 'labels', labels));
      checkClasses(logits, classWeights);
      const logQ = logits.logSoftmax();
      const smooth = (items: Tensor): Tensor =>
        labelSmoothing === 0
          ? items
          : items.mul(1 - labelSmoothing).add(logQ.mean(-1).mul(-labelSmoothing));

      if (soft) {
        const y = labels.stopGradient();
        // 0 · log 0 is 0: a class that neither of the two expects.
        const items = smooth(where(y.greater(0), y.mul(logQ), 0).sum(-1).neg());
        return weightTable === undefined ? items : { items, weights: y.mul(weightTable).sum(-1) };
      }
      const ignored = labels.equal(ignore);
      const y = where(ignored, 0, labels);
      const items = smooth(
        logQ
          .takeAlong(y.reshape([...y.shape, 1]))
          .reshape(y.shape)
          .neg(),
      );
      const counted = ignored.not().cast(logits.dtype);
      return { items, weights: weightTable ? weightTable.gather(y).mul(counted) : counted };
    },
  );
}

/** Whether the labels are distributions. */
function checkLabels(logits: Tensor, labels: Tensor): boolean {
  const soft = labels.dtype === logits.dtype;
  if (!soft && labels.dtype !== 'int64') {
    throw new LimbeckError('dtype-mismatch', {
      where: 'crossEntropy',
      given: `labels of dtype ${labels.dtype}`,
      expected: `int64 class indices, or ${logits.dtype} distributions`,
      next: "Convert them with cast('int64').",
    });
  }
  const wanted = soft ? logits.shape : logits.shape.slice(0, -1);
  if (logits.shape.length < 2 || !sameShape(labels.shape, wanted)) {
    throw new LimbeckError('shape-mismatch', {
      where: 'crossEntropy',
      given: `student.logits ${showShape(logits.shape)} and ${labels.dtype} labels ${showShape(labels.shape)}`,
      expected: '[batch, classes] with int64 [batch], or with distributions [batch, classes]',
      next: 'Pass one label for each row of logits.',
    });
  }
  return soft;
}

function checkClasses(logits: Tensor, weights: readonly number[] | undefined): void {
  const classes = logits.shape.at(-1);
  if (weights === undefined || classes === weights.length) return;
  throw new LimbeckError('shape-mismatch', {
    where: 'crossEntropy',
    given: `${weights.length} classWeights for student.logits ${showShape(logits.shape)}`,
    expected: 'one weight for each class',
    next: 'Pass as many weights as there are classes, in their order.',
  });
}
