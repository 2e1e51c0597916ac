import type { HostTensor, Spec } from '@limbeck/core';
import type { OnnxGraph } from '@limbeck/tensor';

/** Tensors on the host by name. */
export interface HostTensors {
  readonly [name: string]: HostTensor;
}

/** How a {@link Stepper} is set up. */
export interface StepperOptions {
  /** Which output becomes which input of the next step. An input is carried to by one output at most. */
  readonly carry: { readonly [output: string]: string };
  /** Where the state starts, by input; copied. An input that nothing is carried to keeps its value. */
  readonly state: HostTensors;
  /** Inputs that are the same on each step, by input; fed as they are, without a copy. @defaultValue none */
  readonly constants?: HostTensors;
  /**
   * Float outputs that must be finite. Where one is not, the step leaves the state as it was and brings out what it was
   * asked for, so that the caller sees which. @defaultValue none
   */
  readonly guard?: readonly string[];
}

/**
 * Runs one graph again and again on a state that stays where the engine is: what a step writes is what the next one
 * reads, and only what is asked for is brought out.
 */
export interface Stepper {
  /**
   * One step. Steps run one after another, in the order they were asked for; a step that fails leaves the state as
   * it was.
   *
   * What is fed is read when the step's turn comes, not copied before: leave its arrays as they are until the promise has
   * settled.
   *
   * @param feeds - a value for every input that is neither state nor constant
   * @param fetch - which of the outputs that are not carried to bring out. @defaultValue all of them
   * @throws LimbeckError `missing-signal`, `unknown-name`, `dtype-mismatch`, `shape-mismatch` for what was fed or asked
   * for; `engine-failed`, `worker-failed`, `aborted`, `disposed`
   */
  step(feeds: HostTensors, fetch?: readonly string[]): Promise<HostTensors>;
  /**
   * Copies of the state as it is now.
   *
   * @param names - inputs of the state. @defaultValue all of them
   * @throws LimbeckError `unknown-name`, `worker-failed`, `aborted`, `disposed`
   */
  read(names?: readonly string[]): Promise<HostTensors>;
  /**
   * Replaces parts of the state by copies of these values.
   *
   * @throws LimbeckError `unknown-name`, `dtype-mismatch`, `shape-mismatch`, `worker-failed`, `aborted`, `disposed`
   */
  write(state: HostTensors): Promise<void>;
  /** Lets the buffers go once the steps asked for have run. Doing it again changes nothing. */
  dispose(): Promise<void>;
}

/** A graph that an {@link Engine} has loaded. */
export interface Runner {
  /** What the graph takes, by name. */
  readonly inputs: { readonly [name: string]: Spec };
  /** What it computes, by name. */
  readonly outputs: { readonly [name: string]: Spec };
  /**
   * Runs the graph once.
   *
   * @param feeds - a value for every input; leave its arrays as they are until the promise has settled
   * @param fetch - which outputs to bring out; each costs a copy. @defaultValue all of them
   * @returns the outputs that were asked for, in arrays of their own
   * @throws LimbeckError `missing-signal`, `unknown-name`, `dtype-mismatch`, `shape-mismatch` for what was fed or asked
   * for; `invalid-data` for a size of 0 in a graph with batched products; `engine-failed`, `worker-failed`, `aborted`,
   * `disposed`
   */
  run(feeds: HostTensors, fetch?: readonly string[]): Promise<HostTensors>;
  /**
   * Sets up steps that carry state from one to the next.
   *
   * @throws LimbeckError `unknown-name`, `duplicate-name`, `dtype-mismatch`, `shape-mismatch` if what is carried does not
   * fit where it goes; `invalid-option` if it is not what the graph's tail writes, or if a guard is known too late;
   * `engine-failed` where memory is short; `disposed`
   */
  stepper(options: StepperOptions): Promise<Stepper>;
  /** Lets the session go once the runs asked for have ended, its steppers too. Doing it again changes nothing. */
  dispose(): Promise<void>;
}

/** What runs lowered graphs. */
export interface Engine {
  /** The execution provider, such as `cpu`. */
  readonly provider: string;
  /** How many threads one operator may use. */
  readonly threads: number;
  /** The kernels that its steppers run outside of graphs, for `splitTail`. @defaultValue none */
  readonly kernels?: readonly string[];
  /**
   * Prepares a graph to be run.
   *
   * @param graph - an ONNX file, or what `toOnnx` gave, whose exact shapes are then known
   * @throws LimbeckError `corrupt-onnx`; `unknown-operator` if the engine has no kernel for a node; `unknown-provider`,
   * `engine-failed`, `worker-failed`, `aborted`, `disposed`
   */
  load(graph: Uint8Array | OnnxGraph): Promise<Runner>;
  /** Lets everything go that was loaded. Doing it again changes nothing. */
  dispose(): Promise<void>;
}
