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
import { type Average, ema } from '@limbeck/optim';
import {
  type Context,
  createContext,
  inputsFor,
  type Model,
  scalar,
  specsOf,
  type Tensor,
  type TensorTree,
} from '@limbeck/tensor';
import { askCanary, canaryPassed } from './canary.js';
import { checkOptions } from './check-arguments.js';
import type {
  DistillationOptions,
  DistillationState,
  Predict,
  Signals,
  Supplied,
} from './distillation-options.js';
import { distillationPhase } from './distillation-phases.js';
import { evaluationDue, nextAction } from './next-action.js';
import type { Metrics, Program, RunView } from './program.js';
import { ship } from './ship.js';

/**
 * The ordinary program: one student, one loss, one phase named `distil`.
 *
 * @throws LimbeckError `invalid-option`, also for micro-batches of a loss that is one value a batch; in a run
 * `targets-misaligned` if the canary has not passed at half of the steps; `duplicate-name` for two terms of a name
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
  checkParts(options);
  const { student, loss, optimizer, batches, steps, evaluation } = options;
  const { microBatches = 1, averageDecay = 0 } = options;
  const average = averageOf(options);
  type State = DistillationState<P, S, LP, LS, OS>;
  checkWhole('distillation', { steps, microBatches }, 1, 'Pass a whole number of at least 1.');
  if (evaluation !== undefined) {
    const { every, patience = 1 } = evaluation;
    checkWhole('distillation', { every, patience }, 1, 'Pass a whole number of at least 1.');
  }
  if (microBatches > 1 && loss.per === 'batch') {
    throw new LimbeckError('invalid-option', {
      where: 'distillation',
      given: `microBatches ${microBatches} with the loss "${loss.name}", which is one value a batch`,
      expected: 'microBatches 1',
      next: 'Make the batch larger: the value of such a loss over parts is not its value over the whole.',
    });
  }

  const canary = options.canary === 'off' ? undefined : options.canary;
  const schedule = { steps, evaluation, canary: canary !== undefined };

  const evaluate = async (view: RunView<State>): Promise<Metrics> => {
    const predict: Predict = (inputs, outputs) => view.call('predict', inputs, outputs);
    const watched = canary === undefined ? {} : await askCanary(canary, steps, predict, view);
    if (evaluation === undefined || !evaluationDue(schedule, view)) return watched;
    const metrics = await evaluation.metrics(predict, view);
    const { metric } = evaluation.best;
    if (metrics[metric] !== undefined) return { ...watched, ...metrics };
    throw new LimbeckError('missing-signal', {
      where: 'distillation, evaluation.metrics',
      given: `metrics ${Object.keys(metrics).join(', ') || 'without a name'}`,
      expected: `"${metric}", by which the best state is kept`,
      next: 'Return it each time, or name another in evaluation.best.',
    });
  };

  return {
    config: {
      student: student.config,
      loss: loss.name,
      optimizer: optimizer.name,
      steps,
      microBatches,
      averageDecay,
    },
    settings: {
      loss: loss.config ?? null,
      optimizer: optimizer.config ?? null,
      average: options.average?.config ?? null,
    },
    steps,
    phases: {
      distil: distillationPhase<In, Out, P, S, Batch, Needs, LP, LS, OS>({
        student,
        loss,
        optimizer,
        average,
        microBatches,
      }),
    },
    batches: { distil: batches },
    functions: {
      predict: {
        inputs: student.inputs,
        apply: (state: State, inputs: In, context: Context) =>
          student.apply({
            parameters: average === undefined ? state.student.parameters : (state.average as P),
            state: state.student.state,
            inputs,
            context: context.scope('student'),
          }).outputs as unknown as TensorTree,
      },
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
        average: average === undefined ? {} : startAverage(average, fresh.parameters),
      };
    },
    evaluate,
    ...(evaluation === undefined ? {} : { best: evaluation.best }),
    ...(canary === undefined ? {} : { canary: canaryPassed }),
    next: (view) => nextAction(schedule, view),
    students: {
      student: (state) => {
        const values = state as unknown as {
          readonly student: { readonly parameters: HostTree<P>; readonly state: HostTree<S> };
          readonly average: HostTree<P>;
        };
        const parameters = average === undefined ? values.student.parameters : values.average;
        return ship(student, parameters, values.student.state);
      },
    },
  };
}

function specsByPath(tree: unknown): { [path: string]: Specs<Tensor> } {
  return Object.fromEntries(
    leaves(tree).map(([path, { dtype, shape }]) => [path, { dtype, shape }]),
  );
}

/** What callers without types may leave out. @throws LimbeckError `invalid-option` */
function checkParts(options: unknown): void {
  checkOptions('distillation', options);
  const parts = options as { readonly [part: string]: unknown };
  const needed = ['student', 'loss', 'optimizer', 'batches'];
  const missing = needed.filter((name) => typeof parts[name] !== 'object' || parts[name] === null);
  if (missing.length === 0) return;
  throw new LimbeckError('invalid-option', {
    where: 'distillation',
    given: `no ${missing.join(', no ')}`,
    expected: 'a student, a loss, an optimizer and batches',
    next: 'Pass them.',
  });
}

/** @throws LimbeckError `invalid-option` */
function averageOf(options: {
  readonly averageDecay?: number;
  readonly average?: Average;
}): Average | undefined {
  const { averageDecay: decay = 0, average } = options;
  checkBetween('distillation', { averageDecay: decay }, 0, 1, 'Use 0 for none, or 0.99.');
  if (average !== undefined && decay !== 0) {
    throw new LimbeckError('invalid-option', {
      where: 'distillation',
      given: 'both averageDecay and average',
      expected: 'one of them',
      next: 'Leave averageDecay out.',
    });
  }
  return average ?? (decay === 0 ? undefined : ema({ decay, warmup: true }));
}

function startAverage<P>(average: Average, parameters: HostTree<P>): HostTree<P> {
  const start = average.init(Object.fromEntries(leaves<HostTensor>(parameters)));
  return mapTree(parameters, (_leaf, path) => start[path]!) as unknown as HostTree<P>;
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
