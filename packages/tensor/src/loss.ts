import type { HostTree, JsonObject, Rng, Specs } from '@limbeck/core';
import type { Context } from './context.js';
import type { Empty, TensorTree } from './model.js';
import type { Tensor } from './tensor.js';

/** Logits of a model: `[batch, classes]`, or `[batch, tokens, vocabulary]`. */
export interface Logits {
  /** Scores before the softmax, `[…, classes]`. */
  readonly logits: Tensor;
}

/** What one item of a loss is. */
export type Per = 'example' | 'token' | 'group' | 'batch';

/** One named part of a loss, not yet reduced: scale · Σ(weights · items) / Σ weights. */
export interface LossTerm {
  /** Under which name it is logged. */
  readonly name: string;
  /** One value an item: `[batch]`, `[batch, tokens]`, `[groups]` or `[]`. */
  readonly items: Tensor;
  /** Of the items' shape, at least 0, constants; masks and class weights are weights. @defaultValue ones */
  readonly weights?: Tensor | undefined;
  /** Multiplies the term's value. @defaultValue 1 */
  readonly scale?: Tensor | number | undefined;
}

/** A loss: terms of one batch's signals. */
export interface Loss<Needs, P extends TensorTree = Empty, S extends TensorTree = Empty> {
  /** Its name in logs and errors. */
  readonly name: string;
  /** What it is set to: a checkpoint of a run with another config is refused. @defaultValue nothing is compared */
  readonly config?: JsonObject;
  /** What one item is. */
  readonly per: Per;
  /** Parameters (projectors) and state (banks) of its own, told the widths. */
  init?(
    rng: Rng,
    needs: Specs<Needs>,
  ): { readonly parameters: HostTree<P>; readonly state: HostTree<S> };
  /** The terms; the state passes from micro-batch to micro-batch. */
  apply(
    signals: Needs,
    given: { readonly parameters: P; readonly state: S; readonly context: Context },
  ): { readonly terms: readonly LossTerm[]; readonly state: S };
  /** The next state, once an optimiser step, in training only, from each term's value over the whole batch. */
  advance?(given: {
    readonly totals: { readonly [term: string]: Tensor };
    readonly state: S;
    readonly context: Context;
  }): S;
}

/** Items and, where they are not all ones, their weights. */
export type Items = Tensor | { readonly items: Tensor; readonly weights: Tensor };

/** What a loss is called; beside it, where it has options, what it is set to. */
export type LossName = string | { readonly name: string; readonly config: JsonObject };

function simpleLoss<Needs>(
  named: LossName,
  per: Per,
  equation: (signals: Needs) => Items,
): Loss<Needs> {
  const { name, ...settings } = typeof named === 'string' ? { name: named } : named;
  return {
    name,
    ...settings,
    per,
    apply: (signals, { state }) => {
      const result = equation(signals);
      const term =
        'items' in result
          ? { name, items: result.items, weights: result.weights }
          : { name, items: result };
      return { terms: [term], state };
    },
  };
}

/** A loss of one value an example, `[batch]`, from its equation alone. */
export function exampleLoss<Needs>(
  name: LossName,
  equation: (signals: Needs) => Items,
): Loss<Needs> {
  return simpleLoss(name, 'example', equation);
}

/** A loss of one value a token, `[batch, tokens]`, from its equation alone. */
export function tokenLoss<Needs>(name: LossName, equation: (signals: Needs) => Items): Loss<Needs> {
  return simpleLoss(name, 'token', equation);
}

/** A loss of one value a batch, `[]`, from its equation alone. It cannot be accumulated over micro-batches. */
export function batchLoss<Needs>(name: LossName, equation: (signals: Needs) => Items): Loss<Needs> {
  return simpleLoss(name, 'batch', equation);
}

/** A term's sums: Σ(weights · items) and Σ weights, scalars. Weights are constants: no gradient flows into them. */
export function termSums(term: LossTerm): { readonly weighted: Tensor; readonly weight: Tensor } {
  const { items, weights } = term;
  if (weights === undefined) {
    // Of the items' shape, which no input may name; a comparison, since 0 times an infinite item would be NaN.
    const ones = items.greater(items).not().cast(items.dtype);
    return { weighted: items.sum(), weight: ones.sum() };
  }
  const fixed = weights.stopGradient();
  return { weighted: items.mul(fixed).sum(), weight: fixed.sum() };
}

/** The value of terms: Σ over terms of scale · Σ(weights · items) / Σ weights. A term whose weights are all 0 is 0. */
export function reduceTerms(terms: readonly LossTerm[]): Tensor {
  const values = terms.map((term) => {
    const { weighted, weight } = termSums(term);
    // All items masked: 0 / tiny is 0, where 0 / 0 would be NaN.
    return weighted.div(weight.maximum(1e-30)).mul(term.scale ?? 1);
  });
  return values.reduce((sum, value) => sum.add(value));
}
