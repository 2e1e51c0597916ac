import type { HostTensor } from '@limbeck/core';
import { grad, reduceTerms, type Tensor } from '@limbeck/tensor';
import type { BuiltLoss } from '../built-loss.js';
import { type EngineName, runGraph } from '../run-graph.js';
import { numbers } from './loss-case.js';

/** A loss's value and its gradients, as numbers by path. */
export interface LossValues {
  readonly value: number;
  readonly gradients: ReadonlyMap<string, readonly number[]>;
}

/** Computes the value of a loss and its gradients by some inputs. */
export async function lossValues(
  built: BuiltLoss,
  paths: readonly string[],
  engine: EngineName,
  value: Tensor = reduceTerms(built.terms),
  feeds: { readonly [name: string]: HostTensor } = built.feeds,
): Promise<LossValues> {
  const slopes = grad(
    value,
    paths.map((path) => built.inputs.get(path)!),
  );
  const outputs: { [name: string]: Tensor } = { value };
  paths.forEach((path, i) => {
    outputs[`gradient/${path}`] = slopes[i]!;
  });
  const results: { readonly [name: string]: HostTensor } = await runGraph(outputs, feeds, engine);
  return {
    value: Number(results['value']!.data[0]),
    gradients: new Map(paths.map((path) => [path, numbers(results[`gradient/${path}`]!)])),
  };
}
