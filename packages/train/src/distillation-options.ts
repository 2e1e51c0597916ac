import type { HostTensor, HostTree } from '@limbeck/core';
import type { Empty, Loss, Model, Optimizer, TensorTree } from '@limbeck/tensor';
import type { Average } from '@limbeck/optim';
import type { CanaryOptions } from './canary.js';
import type { BatchSource, Metrics, RunView } from './program.js';

/** The players of {@link distillation}. */
export type DistillationState<P, S, LP, LS, OS> = {
  /** The student. */
  readonly student: { readonly parameters: P; readonly state: S };
  /** What the loss learns and carries along. */
  readonly loss: { readonly parameters: LP; readonly state: LS };
  /** The optimiser's moments. */
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
  /**
   * What it is trained for. It reads `student.…` and the batch's other fields. Where the weights of a whole step are all 0,
   * its gradient is 0 and the step counts: parameters still move by momentum and decay.
   */
  readonly loss: Loss<Needs, LP, LS>;
  /** What turns gradients into updates. */
  readonly optimizer: Optimizer<OS>;
  /**
   * Batches with `inputs` for the student and the signals that the loss reads. Those without rows are passed over, each with
   * an event `train/empty-batch`.
   */
  readonly batches: BatchSource<Batch, DistillationState<P, S, LP, LS, OS>>;
  /** Optimiser steps in all. */
  readonly steps: number;
  /** How many batches make one optimiser step, exactly as if they were one. @defaultValue 1 */
  readonly microBatches?: number;
  /**
   * Decay of the exponential moving average that is evaluated and shipped, held back in the first steps; 0 for none.
   * @defaultValue 0
   */
  readonly averageDecay?: number;
  /** Another average that is evaluated and shipped, such as `swa`. @defaultValue what `averageDecay` says */
  readonly average?: Average;
  /** Starting values of the student; fresh ones without. */
  readonly initial?: { readonly parameters: HostTree<P>; readonly state: HostTree<S> };
  /**
   * Held-out rows that show whether targets belong to their inputs: see {@link CanaryOptions}. @defaultValue 'off',
   * which the run's result says
   */
  readonly canary?: CanaryOptions | 'off';
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

/** Runs the student, training off: inputs by their paths to outputs by theirs; only `outputs` are brought out. */
export type Predict = (
  inputs: { readonly [path: string]: HostTensor },
  outputs?: readonly string[],
) => Promise<{ readonly [path: string]: HostTensor }>;
