import type { Loss, TensorTree } from '@limbeck/tensor';
import type { Signals } from '../signals.js';
import { checkAccumulation, checkPermutation } from './accumulation.js';
import { checkDeterminism, checkEngines } from './engines.js';
import { checkFinite } from './finite.js';
import { checkGradients, checkTeacher } from './gradient.js';
import { type ContractOptions, type LossCase, lossCase } from './loss-case.js';
import { checkWeights } from './weights.js';

/**
 * What every loss owes:
 *
 * - `gradient`: its gradient is that of central differences;
 * - `teacher`: no gradient flows into the teacher;
 * - `determinism`: the same signals give the same bits;
 * - `engines`: ONNX Runtime and the interpreter agree, with numbers and with names for sizes;
 * - `finite`: it is finite for outputs of ±10,000, masked logits, zero probabilities, one example, one class;
 * - `weights`: a row of weight 0 contributes exactly nothing;
 * - `accumulation`: two micro-batches give what the whole batch gives;
 * - `permutation`: the order of the examples does not matter.
 */
export type LossFact =
  | 'gradient'
  | 'teacher'
  | 'determinism'
  | 'engines'
  | 'finite'
  | 'weights'
  | 'accumulation'
  | 'permutation';

interface Fact {
  readonly title: string;
  readonly check: (given: LossCase) => Promise<void>;
}

const facts: Readonly<Record<LossFact, Fact>> = {
  gradient: { title: 'has the gradient of central differences', check: checkGradients },
  teacher: { title: 'sends no gradient into the teacher', check: checkTeacher },
  determinism: { title: 'gives the same bits each time', check: checkDeterminism },
  engines: { title: 'is the same on ONNX Runtime and the interpreter', check: checkEngines },
  finite: { title: 'is finite for extreme signals', check: checkFinite },
  weights: { title: 'takes nothing from a row of weight 0', check: checkWeights },
  accumulation: {
    title: 'is the same over two micro-batches as over the whole batch',
    check: checkAccumulation,
  },
  permutation: { title: 'does not depend on the order of examples', check: checkPermutation },
};

/** Every fact with its title, in the order in which the suite checks them. */
export function lossFacts(): readonly (readonly [fact: LossFact, title: string])[] {
  return Object.entries(facts).map(([fact, { title }]) => [fact as LossFact, title]);
}

/**
 * Checks one fact of a loss for one batch of signals.
 *
 * @param fact - which of the facts that every loss owes
 * @param makeLoss - makes the loss afresh
 * @param signals - one batch, two examples or more
 * @throws ContractError if the fact does not hold; LimbeckError whatever the loss refuses
 */
export async function checkLoss<Needs, P extends TensorTree, S extends TensorTree>(
  fact: LossFact,
  makeLoss: () => Loss<Needs, P, S>,
  signals: NoInfer<Signals<Needs>>,
  options: ContractOptions = {},
): Promise<void> {
  await facts[fact].check(lossCase<Needs, P, S>(makeLoss, signals, options));
}
