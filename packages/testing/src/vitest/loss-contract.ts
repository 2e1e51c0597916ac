import type { Loss, TensorTree } from '@limbeck/tensor';
import fc from 'fast-check';
import { describe, test } from 'vitest';
import { checkLoss, type LossFact, lossFacts } from '../contract/check-loss.js';
import type { ContractOptions } from '../contract/loss-case.js';
import type { Signals } from '../signals.js';

/** Options of {@link lossContract}. */
export interface LossContractOptions extends ContractOptions {
  /** How many batches each fact is checked for. @defaultValue 10 */
  readonly runs?: number;
  /** Facts that do not apply, each with the reason, which is printed. @defaultValue none */
  readonly skip?: Readonly<Partial<Record<LossFact, string>>>;
}

/**
 * A Vitest suite of what every loss owes, see {@link LossFact}. Signals are drawn by fast-check, and a failure shows
 * the smallest batch that fails.
 *
 * @param makeLoss - makes the loss afresh
 * @param signals - draws batches; two examples or more, all with one first axis
 * @example
 * ```ts no-run
 * import { softTargets } from '@limbeck/losses';
 * import { logitPairs } from '@limbeck/testing';
 * import { lossContract } from '@limbeck/testing/vitest';
 *
 * lossContract(() => softTargets({ temperature: 2 }), logitPairs);
 * ```
 */
export function lossContract<Needs, P extends TensorTree, S extends TensorTree>(
  makeLoss: () => Loss<Needs, P, S>,
  signals: fc.Arbitrary<NoInfer<Signals<Needs>>>,
  options: LossContractOptions = {},
): void {
  const { runs = 10, skip = {}, ...rest } = options;
  describe(`${makeLoss().name}, what every loss owes`, () => {
    for (const [fact, title] of lossFacts()) {
      const reason = skip[fact];
      if (reason !== undefined) {
        test(`${title}: does not apply, ${reason}`, { skip: true }, () => undefined);
        continue;
      }
      test(title, async () => {
        const holds = fc.asyncProperty(signals, (batch) =>
          checkLoss<Needs, P, S>(fact, makeLoss, batch, rest),
        );
        await fc.assert(holds, { numRuns: runs, seed: rest.seed ?? 0 });
      });
    }
  });
}
