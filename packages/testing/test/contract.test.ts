import {
  batchLoss,
  exampleLoss,
  type Logits,
  type Loss,
  stopGradient,
  type Tensor,
  where,
} from '@limbeck/tensor';
import {
  checkLoss,
  ContractError,
  labelledLogits,
  type LossFact,
  logitPairs,
} from '@limbeck/testing';
import { lossContract } from '@limbeck/testing/vitest';
import { describe, expect, test } from 'vitest';

interface PairNeeds {
  readonly student: Logits;
  readonly teacher: Logits;
}

/** KL(p, q) as it should be. */
const divergence = (): Loss<PairNeeds> =>
  exampleLoss('divergence', ({ student, teacher }) => {
    const logP = stopGradient(teacher.logits).logSoftmax();
    const p = logP.exp();
    return where(p.greater(0), p.mul(logP.sub(student.logits.logSoftmax())), 0).sum(-1);
  });

interface LabelNeeds {
  readonly student: Logits;
  readonly labels: Tensor;
}

const crossEntropy = (): Loss<LabelNeeds> =>
  exampleLoss('crossEntropy', ({ student, labels }) =>
    student.logits
      .logSoftmax()
      .takeAlong(labels.reshape([...labels.shape, 1]))
      .sum(-1)
      .neg(),
  );

lossContract(divergence, logitPairs);
lossContract(crossEntropy, labelledLogits);

const signals = {
  student: {
    logits: [
      [0.5, -1, 2],
      [1, 0, -0.25],
      [3, 1, 0],
      [-1, -2, 0.5],
    ],
  },
  teacher: {
    logits: [
      [2, 0, -1],
      [0.5, 0.25, 0],
      [1, 1.5, 0],
      [2, -2, 1],
    ],
  },
};

/** Squared distance of the logits, with the teacher a constant. */
const distance = ({ student, teacher }: PairNeeds): Tensor =>
  student.logits.sub(stopGradient(teacher.logits)).square().sum(-1);

/** Losses that each break one fact on purpose. */
const broken: readonly (readonly [LossFact, string, () => Loss<PairNeeds>, RegExp])[] = [
  [
    'gradient',
    'half of the gradient is cut off',
    () =>
      exampleLoss('cut', ({ student }) => student.logits.mul(stopGradient(student.logits)).sum(-1)),
    /gradient of cut by student\/logits is 0\.125 at \[0, 0\]/,
  ],
  [
    'teacher',
    'the teacher is trained as well',
    () =>
      exampleLoss('leak', ({ student, teacher }) =>
        student.logits.sub(teacher.logits).square().sum(-1),
      ),
    /leak lets a gradient flow into teacher\/logits/,
  ],
  [
    'finite',
    'the exponential overflows',
    () => exampleLoss('overflow', ({ student }) => student.logits.exp().sum(-1).log()),
    /±10,000: Infinity/,
  ],
  [
    'finite',
    '0 · log 0 is not taken care of',
    () =>
      exampleLoss('zero', ({ student, teacher }) => {
        const p = stopGradient(teacher.logits).softmax();
        return p.mul(p.log().sub(student.logits.logSoftmax())).sum(-1);
      }),
    /The loss for .*: NaN/,
  ],
  [
    'accumulation',
    'it averages by itself',
    () => exampleLoss('mean', (given) => distance(given).mean()),
    /one value an item and leaves the average to the trainer/,
  ],
  [
    'accumulation',
    'it divides by the size of the batch',
    () => exampleLoss('divided', (given) => distance(given).div(given.student.logits.sizeOf(0))),
    /over two micro-batches/,
  ],
  [
    'accumulation',
    // Hidden where micro-batches are of one size.
    'its weights are shares of the batch',
    () =>
      exampleLoss('shares', (given) => {
        const items = distance(given);
        const ones = items.mul(0).add(1);
        return { items, weights: ones.div(given.student.logits.sizeOf(0)) };
      }),
    /over two micro-batches/,
  ],
  [
    'weights',
    'items depend on other examples',
    () =>
      exampleLoss('mixed', (given) => {
        const items = distance(given);
        return items.sub(items.mean());
      }),
    /when a row of weight 0 changes/,
  ],
  [
    'weights',
    'it averages by itself',
    () => exampleLoss('mean', (given) => distance(given).mean()),
    /leaves the average to the trainer/,
  ],
  [
    'permutation',
    'it looks at where an example stands',
    () =>
      exampleLoss('placed', (given) => {
        const items = distance(given);
        return items.mul(items.slice(0, 0, 1));
      }),
    /another order/,
  ],
  [
    'engines',
    'it takes the batch for a number',
    () =>
      exampleLoss('fixed', (given) => distance(given).mul(Number(given.student.logits.shape[0]))),
    /with a named batch: NaN/,
  ],
];

describe('a broken loss is found out', () => {
  test.each(broken)('%s: %s', async (fact, _what, makeLoss, message) => {
    const call = checkLoss(fact, makeLoss, signals);
    await expect(call).rejects.toBeInstanceOf(ContractError);
    await expect(call).rejects.toThrow(message);
  });

  test('determinism: a loss that is made differently each time', async () => {
    let made = 0;
    const makeLoss = (): Loss<PairNeeds> => {
      const factor = ++made;
      return exampleLoss('moody', (given) => distance(given).mul(factor));
    };
    await expect(checkLoss('determinism', makeLoss, signals)).rejects.toThrow('to the bit');
  });

  test('gradient: a loss with nothing to train', async () => {
    interface Needs {
      readonly scores: Tensor;
    }
    const makeLoss = (): Loss<Needs> => exampleLoss('scores', ({ scores }) => scores.square());
    const call = checkLoss('gradient', makeLoss, { scores: [1, 2] });
    await expect(call).rejects.toThrow('gradients: […]');
    await checkLoss('gradient', makeLoss, { scores: [1, 2] }, { gradients: ['scores'] });
  });

  test('rows: signals without one first axis', async () => {
    const uneven = {
      student: { logits: [[0, 1]] },
      teacher: {
        logits: [
          [0, 1],
          [1, 0],
        ],
      },
    };
    const makeLoss = (): Loss<PairNeeds> =>
      batchLoss('uneven', ({ student, teacher }) => student.logits.sum().sub(teacher.logits.sum()));
    const call = checkLoss('permutation', makeLoss, uneven);
    await expect(call).rejects.toMatchObject({ code: 'shape-mismatch' });
  });
});
