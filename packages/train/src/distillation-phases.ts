import { leaves, LimbeckError, mapTree } from '@limbeck/core';
import {
  type Context,
  grad,
  type Loss,
  type LossTerm,
  type Model,
  type Optimizer,
  reduceTerms,
  type Tensor,
  type TensorTree,
  termSums,
} from '@limbeck/tensor';
import type { Average } from '@limbeck/optim';
import type { DistillationState } from './distillation-options.js';
import { normOf } from './norm-of.js';
import type { AccumulatingPhase, Phase } from './program.js';

/** What the phases of a distillation are made of. */
export interface PhaseParts<
  In extends TensorTree,
  Out,
  P extends TensorTree,
  S extends TensorTree,
  Needs,
  LP extends TensorTree,
  LS extends TensorTree,
  OS extends TensorTree,
> {
  readonly student: Model<In, Out, P, S>;
  readonly loss: Loss<Needs, LP, LS>;
  readonly optimizer: Optimizer<OS>;
  readonly average: Average | undefined;
  readonly microBatches: number;
}

/** The phase `distil`: in one graph, or over micro-batches. */
export function distillationPhase<
  In extends TensorTree,
  Out,
  P extends TensorTree,
  S extends TensorTree,
  Batch extends TensorTree & { readonly inputs: In },
  Needs,
  LP extends TensorTree,
  LS extends TensorTree,
  OS extends TensorTree,
>(
  parts: PhaseParts<In, Out, P, S, Needs, LP, LS, OS>,
):
  | Phase<DistillationState<P, S, LP, LS, OS>, Batch>
  | AccumulatingPhase<DistillationState<P, S, LP, LS, OS>, Batch> {
  const { student, loss, optimizer, average, microBatches } = parts;
  type State = DistillationState<P, S, LP, LS, OS>;

  const termsOf = (state: State, batch: Batch, context: Context) => {
    const made = context.block('student', (inner) =>
      student.apply({ ...state.student, inputs: batch.inputs, context: inner }),
    );
    const { inputs: _inputs, ...rest } = batch as Batch & { readonly inputs: In };
    const signals = { student: made.outputs, ...rest } as unknown as Needs;
    const said = context.block('loss', (inner) =>
      loss.apply(signals, { ...state.loss, context: inner }),
    );
    checkTermNames(loss.name, said.terms);
    return { terms: said.terms, studentState: made.state, lossState: said.state };
  };

  const descend = (
    state: State,
    gradients: { readonly [path: string]: Tensor },
    totals: { readonly [term: string]: Tensor },
    context: Context,
  ) => {
    const updated = context.block('optimizer', () =>
      optimizer.update({
        parameters: trained(state),
        gradients,
        state: state.optimizer,
        step: context.step,
        steps: context.steps,
        rateScale: context.rateScale,
      }),
    );
    const next = putBack(state, updated.parameters);
    const lossState =
      loss.advance?.({ totals, state: state.loss.state, context }) ?? state.loss.state;
    return {
      state: {
        student: { parameters: next.student, state: state.student.state },
        loss: { parameters: next.loss, state: lossState },
        optimizer: updated.state,
        average:
          average === undefined
            ? state.average
            : blend(average, state.average as P, next.student, context),
      } as Partial<State>,
      metrics: { ...normOf(optimizer, gradients), ...updated.metrics },
    };
  };

  const plain: Phase<State, Batch> = (state, batch, context) => {
    const { terms, studentState, lossState } = termsOf(state, batch, context);
    const value = reduceTerms(terms);
    const parameters = trained(state);
    const gradients = zip(Object.keys(parameters), grad(value, Object.values(parameters)));
    const after: State = {
      ...state,
      student: { ...state.student, state: studentState },
      loss: { ...state.loss, state: lossState },
    };
    const values = termValues(terms);
    const { state: next, metrics } = descend(after, gradients, values, context);
    return { state: next, metrics: { ...values, ...metrics, loss: value } };
  };

  const accumulating: AccumulatingPhase<State, Batch> = {
    microBatches,
    weigh: (state, batch, context) =>
      Object.fromEntries(
        termsOf(state, batch, context).terms.map((term) => [term.name, termSums(term).weight]),
      ),
    gather: (state, batch, totals, context) => {
      const { terms, studentState, lossState } = termsOf(state, batch, context);
      const parts = terms.map((term) => ({
        name: term.name,
        value: termSums(term)
          .weighted.div(totals[term.name]!.maximum(1e-30))
          .mul(term.scale ?? 1),
      }));
      const value = parts.map((part) => part.value).reduce((a, b) => a.add(b));
      const parameters = trained(state);
      const gradients = zip(Object.keys(parameters), grad(value, Object.values(parameters)));
      return {
        sums: {
          ...Object.fromEntries(
            Object.entries(gradients).map(([path, tensor]) => [`gradient/${path}`, tensor]),
          ),
          ...Object.fromEntries(parts.map(({ name, value: part }) => [`term/${name}`, part])),
        },
        state: {
          student: { parameters: state.student.parameters, state: studentState },
          loss: { parameters: state.loss.parameters, state: lossState },
        },
      };
    },
    finish: (state, sums, context) => {
      const pick = (prefix: string) =>
        Object.fromEntries(
          Object.entries(sums)
            .filter(([path]) => path.startsWith(prefix))
            .map(([path, tensor]) => [path.slice(prefix.length), tensor]),
        );
      const values = pick('term/');
      const value = Object.values(values).reduce((a, b) => a.add(b));
      const { state: next, metrics } = descend(state, pick('gradient/'), values, context);
      return { state: next, metrics: { ...values, ...metrics, loss: value } };
    },
  };

  return microBatches === 1 ? plain : accumulating;
}

/** Terms are added up by name over micro-batches. @throws LimbeckError `duplicate-name` */
function checkTermNames(loss: string, terms: readonly LossTerm[]): void {
  const names = terms.map(({ name }) => name);
  const twice = names.find((name, i) => names.indexOf(name) !== i);
  if (twice === undefined) return;
  throw new LimbeckError('duplicate-name', {
    where: `loss "${loss}"`,
    given: `two terms named "${twice}"`,
    expected: 'a name of its own for each term',
    next: 'Combine losses with weighted(), which names their terms apart.',
  });
}

function zip(names: readonly string[], tensors: readonly Tensor[]): { [name: string]: Tensor } {
  return Object.fromEntries(names.map((name, i) => [name, tensors[i]!]));
}

function termValues(terms: readonly LossTerm[]): { [term: string]: Tensor } {
  return Object.fromEntries(terms.map((term) => [term.name, reduceTerms([term])]));
}

/** What the optimiser moves, by path. */
function trained(state: {
  readonly student: { readonly parameters: unknown };
  readonly loss: { readonly parameters: unknown };
}): { [path: string]: Tensor } {
  return Object.fromEntries(
    leaves<Tensor>({ student: state.student.parameters, loss: state.loss.parameters }),
  );
}

function putBack<P, LP>(
  state: {
    readonly student: { readonly parameters: P };
    readonly loss: { readonly parameters: LP };
  },
  parameters: { readonly [path: string]: Tensor },
): { readonly student: P; readonly loss: LP } {
  const tree = { student: state.student.parameters, loss: state.loss.parameters };
  return mapTree<Tensor>(tree, (_leaf, path) => parameters[path]!) as unknown as {
    student: P;
    loss: LP;
  };
}

/** The next average, in its tree. */
function blend<P>(average: Average, before: P, now: P, { step }: Context): P {
  const next = average.update({
    average: Object.fromEntries(leaves<Tensor>(before)),
    parameters: Object.fromEntries(leaves<Tensor>(now)),
    step,
  });
  return mapTree<Tensor>(before, (_leaf, path) => next[path]!) as unknown as P;
}
