import {
  checkBetween,
  checkWhole,
  type HostTensor,
  type HostTree,
  leaves,
  LimbeckError,
  mapTree,
  type Specs,
} from '@limbeck/core';
import {
  type Context,
  createContext,
  type Empty,
  grad,
  inputsFor,
  type Loss,
  type LossTerm,
  type Model,
  type Optimizer,
  reduceTerms,
  scalar,
  specsOf,
  type Tensor,
  type TensorTree,
  termSums,
} from '@limbeck/tensor';
import type {
  AccumulatingPhase,
  BatchSource,
  Metrics,
  Phase,
  Program,
  RunView,
} from './program.js';
import { ship } from './ship.js';

/** The players of {@link distillation}. */
export type DistillationState<P, S, LP, LS, OS> = {
  readonly student: { readonly parameters: P; readonly state: S };
  readonly loss: { readonly parameters: LP; readonly state: LS };
  readonly optimizer: OS;
  /** Averaged parameters, where averaging is on; else empty. */
  readonly average: P | Empty;
};

/** `unknown` where the student and the batch supply what the loss needs, else what is missing. */
export type Supplied<Needs, Given> = Given extends Needs
  ? unknown
  : { readonly 'missing signals': Exclude<keyof Needs, keyof Given> };

/** What a loss is given: what the student says, and what the batch holds beside the inputs. */
export type Signals<Out, Batch> = { readonly student: Out } & Omit<Batch, 'inputs'>;

/** Options of {@link distillation}. */
export interface DistillationOptions<
  In extends TensorTree,
  Out,
  P extends TensorTree,
  S extends TensorTree,
  Batch extends { readonly inputs: In },
  Needs,
  LP extends TensorTree,
  LS extends TensorTree,
  OS extends TensorTree,
> {
  /** What is trained. */
  readonly student: Model<In, Out, P, S>;
  /** What it is trained for. It reads `student.…` and the batch's other fields. */
  readonly loss: Loss<Needs, LP, LS>;
  readonly optimizer: Optimizer<OS>;
  /** Batches with `inputs` for the student and the signals that the loss reads. */
  readonly batches: BatchSource<Batch, DistillationState<P, S, LP, LS, OS>>;
  /** Optimiser steps in all. */
  readonly steps: number;
  /** How many batches make one optimiser step, exactly as if they were one. @defaultValue 1 */
  readonly microBatches?: number;
  /** Decay of the exponential moving average that is evaluated and shipped; 0 for none. @defaultValue 0 */
  readonly averageDecay?: number;
  /** Starting values of the student; fresh ones without. */
  readonly initial?: { readonly parameters: HostTree<P>; readonly state: HostTree<S> };
  /** When and how the student is evaluated on held-out data. */
  readonly evaluation?: {
    /** Optimiser steps between evaluations. */
    readonly every: number;
    /** Metrics from predictions; call `predict` with batches of inputs, by their paths. */
    metrics(predict: Predict, view: RunView<DistillationState<P, S, LP, LS, OS>>): Promise<Metrics>;
    /** The metric that decides which state ships. */
    readonly best: { readonly metric: string; readonly higherIsBetter: boolean };
    /** Stop after this many evaluations without a better one. @defaultValue never */
    readonly patience?: number;
  };
}

/** Runs the student, training off. */
export type Predict = (inputs: {
  readonly [path: string]: HostTensor;
}) => Promise<{ readonly [path: string]: HostTensor }>;

/**
 * The ordinary program: one student, one loss, one phase named `distil`.
 *
 * @throws LimbeckError `invalid-option`, also for micro-batches of a loss that is one value a batch
 */
export function distillation<
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
  options: DistillationOptions<In, Out, P, S, Batch, Needs, LP, LS, OS> & {
    readonly loss: Supplied<Needs, Signals<Out, Batch>>;
  },
): Program<DistillationState<P, S, LP, LS, OS>, { readonly distil: Batch }> {
  const { student, loss, optimizer, batches, steps, evaluation } = options;
  const { microBatches = 1, averageDecay = 0 } = options;
  type State = DistillationState<P, S, LP, LS, OS>;
  checkWhole('distillation', { steps, microBatches }, 1, 'Pass a whole number of at least 1.');
  checkBetween('distillation', { averageDecay }, 0, 1, 'Use 0 to switch averaging off, or 0.99.');
  if (microBatches > 1 && loss.per === 'batch') {
    throw new LimbeckError('invalid-option', {
      where: 'distillation',
      given: `microBatches ${microBatches} with the loss "${loss.name}", which is one value a batch`,
      expected: 'microBatches 1',
      next: 'Make the batch larger: the value of such a loss over parts is not its value over the whole.',
    });
  }

  const termsOf = (state: State, batch: Batch, context: Context) => {
    const made = context.block('student', (inner) =>
      student.apply({ ...state.student, inputs: batch.inputs, context: inner }),
    );
    const { inputs: _inputs, ...rest } = batch as Batch & { readonly inputs: In };
    const signals = { student: made.outputs, ...rest } as unknown as Needs;
    const said = context.block('loss', (inner) =>
      loss.apply(signals, { ...state.loss, context: inner }),
    );
    return { signals, terms: said.terms, studentState: made.state, lossState: said.state };
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
          averageDecay === 0
            ? state.average
            : blend(state.average as P, next.student, averageDecay, context),
      } as Partial<State>,
      metrics: updated.metrics,
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
    return { state: next, metrics: { loss: value, ...values, ...metrics } };
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
      return { state: next, metrics: { loss: value, ...values, ...metrics } };
    },
  };

  return {
    steps,
    phases: { distil: microBatches === 1 ? plain : accumulating },
    batches: { distil: batches },
    functions: {
      predict: {
        inputs: student.inputs,
        apply: (state: State, inputs: In, context: Context) =>
          student.apply({
            parameters: averageDecay === 0 ? state.student.parameters : (state.average as P),
            state: state.student.state,
            inputs,
            context: context.scope('student'),
          }).outputs as unknown as TensorTree,
      } as never,
    },
    init: (rng) => {
      const fresh = options.initial ?? student.init(rng.stream('student'));
      const made = loss.init?.(rng.stream('loss'), needsOf(options, fresh));
      const own = made ?? { parameters: {} as HostTree<LP>, state: {} as HostTree<LS> };
      const specs = specsByPath({ student: fresh.parameters, loss: own.parameters });
      return {
        student: fresh,
        loss: own,
        optimizer: optimizer.init(specs),
        average: averageDecay === 0 ? {} : copyTree(fresh.parameters),
      };
    },
    ...(evaluation === undefined
      ? {}
      : {
          evaluate: (view: RunView<State>) =>
            evaluation.metrics((inputs) => view.call('predict', inputs), view),
          best: evaluation.best,
        }),
    next: (view) => nextAction(view, steps, evaluation),
    students: {
      student: (state) => {
        const values = state as unknown as {
          readonly student: { readonly parameters: HostTree<P>; readonly state: HostTree<S> };
          readonly average: HostTree<P>;
        };
        const parameters = averageDecay === 0 ? values.student.parameters : values.average;
        return ship(student, parameters, values.student.state);
      },
    },
  };
}

/** Steps, evaluations in between, an early stop, and an evaluation at the end. */
function nextAction(
  view: RunView,
  steps: number,
  evaluation:
    | {
        readonly every: number;
        readonly patience?: number;
        readonly best: { readonly metric: string; readonly higherIsBetter: boolean };
      }
    | undefined,
): 'distil' | 'evaluate' | 'stop' {
  const last = view.evaluations.at(-1);
  if (evaluation === undefined) return view.step >= steps ? 'stop' : 'distil';
  const due = view.step > 0 && view.step % evaluation.every === 0 && last?.step !== view.step;
  if (due) return 'evaluate';
  const { patience = Infinity, best } = evaluation;
  const values = view.evaluations.map(({ metrics }) => metrics[best.metric] ?? Number.NaN);
  const top = best.higherIsBetter ? Math.max(...values) : Math.min(...values);
  const sinceBest = values.length - 1 - values.indexOf(top);
  if (values.length > 0 && sinceBest >= patience) return 'stop';
  if (view.step < steps) return 'distil';
  return last?.step === view.step ? 'stop' : 'evaluate';
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

function specsByPath(tree: unknown): { [path: string]: Specs<Tensor> } {
  return Object.fromEntries(
    leaves(tree).map(([path, { dtype, shape }]) => [path, { dtype, shape }]),
  );
}

function copyTree<T>(tree: HostTree<T>): HostTree<T> {
  return mapTree(tree, (leaf) => {
    const tensor = leaf as HostTensor;
    return { ...tensor, data: tensor.data.slice() };
  }) as unknown as HostTree<T>;
}

/** decay · average + (1 − decay) · now, with the decay held back in the first steps: min(decay, (1 + t) / (10 + t)). */
function blend<P>(average: P, now: P, decay: number, context: Context): P {
  const t = context.step.cast('float32');
  const held = t.add(1).div(t.add(10)).minimum(decay);
  const latest = Object.fromEntries(leaves<Tensor>(now));
  return mapTree<Tensor>(average, (leaf, path) => {
    const before = leaf as Tensor;
    return before.add(latest[path]!.sub(before).mul(held.neg().add(1)));
  }) as unknown as P;
}

/** What the loss will be given, as specs: the student is applied symbolically. */
function needsOf<
  In extends TensorTree,
  Out,
  P extends TensorTree,
  S extends TensorTree,
  Batch extends { readonly inputs: In },
  Needs,
>(
  options: {
    readonly student: Model<In, Out, P, S>;
    readonly batches: { readonly specs: Specs<Batch> };
  },
  fresh: { readonly parameters: HostTree<P>; readonly state: HostTree<S> },
): Specs<Needs> {
  const { student, batches } = options;
  const batch = inputsFor<Batch>(batches.specs, 'input');
  const context = createContext({
    training: false,
    seed: scalar(0, 'uint32'),
    draw: scalar(0, 'uint32'),
  });
  const { outputs } = student.apply({
    parameters: inputsFor<P>(specsOf(fresh.parameters) as unknown as Specs<P>, 'parameters'),
    state: inputsFor<S>(specsOf(fresh.state) as unknown as Specs<S>, 'state'),
    inputs: batch.inputs,
    context,
  });
  const { inputs: _inputs, ...rest } = batch;
  return specsOf({ student: outputs, ...rest }) as unknown as Specs<Needs>;
}
