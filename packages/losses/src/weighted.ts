import { checkBetween, type HostTree, LimbeckError } from '@limbeck/core';
import type { Loss, LossTerm, Per, Tensor, TensorTree } from '@limbeck/tensor';
import type { AnyLoss, NeedsOf } from './generic.js';

/** A weight that changes while training: a float32 scalar from the steps done and the steps in all (int64 scalars). */
export type WeightSchedule = (step: Tensor, steps: Tensor) => Tensor;

/** A loss and what it weighs: a number of at least 0, or a schedule. */
export type WeightedPart = readonly [weight: number | WeightSchedule, loss: AnyLoss];

/** What several losses need together. */
export type NeedsOfAll<Parts extends readonly WeightedPart[]> = (
  Parts[number] extends infer Part
    ? Part extends readonly [unknown, infer L]
      ? (needs: NeedsOf<L>) => void
      : never
    : never
) extends (needs: infer All) => void
  ? All
  : never;

/** Trees of several losses, by the losses' names. */
export type TreeByLoss = { readonly [loss: string]: TensorTree };

/**
 * The weighted sum of losses, L = Σ_i w_i L_i: each keeps its own terms, items and weights.
 *
 * It needs what all of them need. A term is named after its loss; a second loss of one name is numbered
 * (`softTargets`, `softTargets2`), as are its parameters and its state.
 *
 * @param parts - pairs of a weight and a loss, such as `[[0.9, softTargets()], [0.1, crossEntropy()]]`
 * @throws LimbeckError `invalid-option` for no losses, or a weight that is not a finite number of at least 0
 * @example
 * ```ts
 * import { crossEntropy, softTargets, weighted } from '@limbeck/losses';
 *
 * const rising = weighted([
 *   [1, crossEntropy()],
 *   [(step, steps) => step.cast('float32').div(steps.cast('float32')), softTargets()],
 * ]);
 * console.log(rising.per); // example
 * ```
 */
export function weighted<const Parts extends readonly WeightedPart[]>(
  parts: Parts,
): Loss<NeedsOfAll<Parts>, TreeByLoss, TreeByLoss> {
  checkParts(parts);
  const members = named(parts);

  return {
    name: `weighted(${members.map(({ name }) => name).join(', ')})`,
    config: {
      weights: members.map(({ weight }) => (typeof weight === 'number' ? weight : null)),
      losses: members.map(({ loss }) => loss.config ?? null),
    },
    per: perOf(members.map(({ loss }) => loss)),
    init: (rng, needs) => {
      const made = members.map(({ name, loss }) => ({
        name,
        ...(loss.init?.(rng.stream(name), needs as never) ?? { parameters: {}, state: {} }),
      }));
      return {
        parameters: Object.fromEntries(made.map(({ name, parameters }) => [name, parameters])),
        state: Object.fromEntries(made.map(({ name, state }) => [name, state])),
      } as HostTreeByLoss;
    },
    apply: (signals, { parameters, state, context }) => {
      const results = members.map(({ name, loss, weight }) => {
        const given = {
          parameters: parameters[name] ?? {},
          state: state[name] ?? {},
          context: context.scope(name),
        };
        const result = loss.apply(signals as never, given as never);
        const w = typeof weight === 'number' ? weight : weight(context.step, context.steps);
        const terms = result.terms.map((term) => scaled(term, w, rename(loss, name, term.name)));
        return { name, terms, state: result.state as TensorTree };
      });
      return {
        terms: results.flatMap(({ terms }) => terms),
        state: Object.fromEntries(results.map((result) => [result.name, result.state])),
      };
    },
    advance: ({ totals, state, context }) =>
      Object.fromEntries(
        members.map(({ name, loss }) => {
          const own = state[name] ?? {};
          if (loss.advance === undefined) return [name, own];
          const mine = Object.entries(totals).flatMap(([term, value]) => {
            const inner = unrename(loss, name, term);
            return inner === undefined ? [] : [[inner, value] as const];
          });
          const given = {
            totals: Object.fromEntries(mine),
            state: own,
            context: context.scope(name),
          };
          return [name, loss.advance(given as never) as TensorTree];
        }),
      ),
  };
}

interface HostTreeByLoss {
  readonly parameters: HostTree<TreeByLoss>;
  readonly state: HostTree<TreeByLoss>;
}

interface Member {
  readonly name: string;
  readonly weight: number | WeightSchedule;
  readonly loss: AnyLoss;
}

function named(parts: readonly WeightedPart[]): Member[] {
  const seen = new Map<string, number>();
  return parts.map(([weight, loss]) => {
    const count = (seen.get(loss.name) ?? 0) + 1;
    seen.set(loss.name, count);
    return { name: count === 1 ? loss.name : `${loss.name}${count}`, weight, loss };
  });
}

/** A term that bears its loss's name gets the member's; others stand under it. */
function rename(loss: AnyLoss, name: string, term: string): string {
  return term === loss.name ? name : `${name}/${term}`;
}

function unrename(loss: AnyLoss, name: string, term: string): string | undefined {
  if (term === name) return loss.name;
  return term.startsWith(`${name}/`) ? term.slice(name.length + 1) : undefined;
}

function scaled(term: LossTerm, weight: number | Tensor, name: string): LossTerm {
  const { scale = 1 } = term;
  if (typeof weight === 'number' && typeof scale === 'number') {
    return { ...term, name, scale: weight * scale };
  }
  const tensor = typeof weight === 'number' ? (scale as Tensor) : weight;
  return { ...term, name, scale: tensor.mul(typeof weight === 'number' ? weight : scale) };
}

/** One loss of a whole batch makes the sum one; where items differ, each term still counts its own. */
function perOf(losses: readonly AnyLoss[]): Per {
  if (losses.some(({ per }) => per === 'batch')) return 'batch';
  return losses[0]!.per;
}

function checkParts(parts: readonly WeightedPart[]): void {
  if (parts.length === 0) {
    throw new LimbeckError('invalid-option', {
      where: 'weighted',
      given: 'no losses',
      expected: 'at least one pair of a weight and a loss',
      next: 'Pass [[1, softTargets()]], for example.',
    });
  }
  for (const [i, [weight]] of parts.entries()) {
    if (typeof weight !== 'number') continue;
    const next = 'Leave out a loss that should not count, or use 0.';
    checkBetween('weighted', { [`weight ${i}`]: weight }, 0, Number.MAX_VALUE, next);
  }
}
