import { LimbeckError } from '@limbeck/core';
import {
  type Loss,
  type LossTerm,
  sameShape,
  showShape,
  type Tensor,
  type TensorTree,
  where,
} from '@limbeck/tensor';

/** The needs of a loss, each under the name of a head, and which records have the field. */
export type OnHeadNeeds<Name extends string, Needs> = {
  readonly [Key in keyof Needs]: { readonly [Head in Name]: Needs[Key] };
} & {
  /** 1 where the record has the field and 0 elsewhere, float or bool `[batch]`; all have it where this is absent. */
  readonly present?: { readonly [Head in Name]?: Tensor };
};

/**
 * A loss on one head of models that have several: it reads `student.<name>`, `teacher.<name>`, `labels.<name>`, and a
 * record that `present.<name>` marks with 0 weighs nothing.
 *
 * @throws LimbeckError `missing-signal`, when applied, if a side has no such head; `shape-mismatch` if `present` has
 * not one value a record
 * @example
 * ```ts
 * import { crossEntropy, onHead, weighted } from '@limbeck/losses';
 *
 * const loss = weighted([
 *   [1, onHead('topic', crossEntropy())],
 *   [0.5, onHead('tone', crossEntropy())],
 * ]);
 * console.log(loss.name); // weighted(topic.crossEntropy, tone.crossEntropy)
 * ```
 */
export function onHead<
  const Name extends string,
  Needs,
  P extends TensorTree,
  S extends TensorTree,
>(name: Name, loss: Loss<Needs, P, S>): Loss<OnHeadNeeds<Name, Needs>, P, S> {
  const own = `${name}.${loss.name}`;
  const pick = <T>(signals: object): T => pickHead(own, name, signals) as T;
  return {
    name: own,
    ...(loss.config && { config: loss.config }),
    per: loss.per,
    ...(loss.init && { init: (rng, needs) => loss.init!(rng, pick(needs)) }),
    ...(loss.advance && {
      advance: (given) => loss.advance!({ ...given, totals: unnamed(own, loss, given.totals) }),
    }),
    apply: (signals, given) => {
      const { terms, state } = loss.apply(pick<Needs>(signals), given);
      const marks: { readonly [head: string]: Tensor | undefined } | undefined = signals.present;
      const there = marks?.[name];
      return { terms: terms.map((term) => marked(own, loss, term, there)), state };
    },
  };
}

function pickHead(where_: string, name: string, signals: object): object {
  const picked: { [key: string]: unknown } = {};
  for (const [key, heads] of Object.entries(signals) as [string, { [head: string]: unknown }][]) {
    if (key === 'present') continue;
    if (heads[name] === undefined) {
      throw new LimbeckError('missing-signal', {
        where: where_,
        given: `${key} with ${Object.keys(heads).join(', ') || 'nothing'}`,
        expected: `${key}.${name}`,
        next: 'Use the name of a head that the models and the batch have.',
      });
    }
    picked[key] = heads[name];
  }
  return picked;
}

/** Under the head's name, with absent records at weight 0. */
function marked(
  own: string,
  loss: { readonly name: string },
  term: LossTerm,
  there: Tensor | undefined,
): LossTerm {
  const name = term.name === loss.name ? own : `${own}/${term.name}`;
  if (there === undefined) return { ...term, name };
  const { items } = term;
  if (!sameShape(there.shape, items.shape.slice(0, 1)) || there.shape.length !== 1) {
    throw new LimbeckError('shape-mismatch', {
      where: own,
      given: `present ${showShape(there.shape)} for items ${showShape(items.shape)}`,
      expected: 'one value a record, [batch]',
      next: 'Pass 1 for records that have the field and 0 for others.',
    });
  }
  const column = there.cast('bool').reshape([...there.shape, ...items.shape.slice(1).map(() => 1)]);
  const mask = column.cast(items.dtype);
  // What fills an absent field may be anything: chosen away, since 0 · NaN is NaN.
  const weights = term.weights === undefined ? mask.expand(items.shape) : term.weights.mul(mask);
  return { ...term, name, items: where(column, items, 0), weights };
}

function unnamed(
  own: string,
  loss: { readonly name: string },
  totals: { readonly [term: string]: Tensor },
): { readonly [term: string]: Tensor } {
  return Object.fromEntries(
    Object.entries(totals).map(([term, value]) => [
      term === own ? loss.name : term.slice(own.length + 1),
      value,
    ]),
  );
}
