import { names } from './contestants.js';

/** How far two losses of one step may lie apart, in nats. */
export const lossTolerance = 1e-3;

/** A system and its first losses. */
export interface Losses {
  readonly contestant: { readonly name: string };
  readonly firstLosses: readonly number[];
}

/** Checks that every system computes the same step. @throws Error naming the systems and their losses */
export function checkLosses(measured: readonly Losses[]): void {
  const trained = measured.filter(({ contestant }) => contestant.name !== names.products);
  const [first] = trained;
  for (const { contestant, firstLosses } of trained) {
    const differs = firstLosses.some(
      (loss, i) => !(Math.abs(loss - first!.firstLosses[i]!) <= lossTolerance),
    );
    if (!differs) continue;
    throw new Error(
      `${contestant.name} does not compute the step of ${first!.contestant.name}: ` +
        `losses ${firstLosses.join(', ')} and ${first!.firstLosses.join(', ')}.`,
    );
  }
}
