import type { Engine, HostTensors, Runner, Stepper } from '@limbeck/runtime';
import { splitTail, type Tensor, toOnnx } from '@limbeck/tensor';

/** What a step is made of, as far as running it goes. */
export interface Steppable {
  readonly outputs: { readonly [name: string]: Tensor };
  /** Which output becomes which input of the next step. */
  readonly carry: { readonly [output: string]: string };
  /** Where the state starts, by input. */
  readonly state: HostTensors;
}

/** A step in an engine. */
export interface LoadedStep {
  readonly runner: Runner;
  readonly stepper: Stepper;
  /** Nodes of its graph. */
  readonly nodes: number;
}

/**
 * Loads a step as training does.
 *
 * @param inPlace - whether updates run outside the graph where the engine has loops for them
 */
export async function loadStep(
  engine: Engine,
  { outputs, carry, state }: Steppable,
  inPlace = true,
): Promise<LoadedStep> {
  const kernels = new Set(inPlace ? engine.kernels : []);
  const split = splitTail(outputs, { kernels, state: carry });
  const file = toOnnx(split.outputs);
  const runner = await engine.load(split.tail === undefined ? file : { ...file, tail: split.tail });
  return { runner, stepper: await runner.stepper({ carry, state }), nodes: file.nodeCount };
}
