import type { HostTree, JsonObject, Specs } from '@limbeck/core';
import type { Empty, TensorTree } from './model.js';
import type { Tensor } from './tensor.js';

/** How parameters follow their gradients, as expressions. */
export interface Optimizer<S extends TensorTree = Empty> {
  /** What logs call it, such as `adamw`. */
  readonly name: string;
  /** What it is set to: a checkpoint of a run with another config is refused. @defaultValue nothing is compared */
  readonly config?: JsonObject;
  /** Whether it moves the parameter at a path; the gradients of others are not looked at. @defaultValue all are moved */
  moves?(path: string): boolean;
  /** Zeroed moments and whatever else it keeps, for parameters of these specs by path. */
  init(parameters: { readonly [path: string]: Specs<Tensor> }): HostTree<S>;
  /**
   * The next parameters and state; `step` counts updates done, an int64 scalar, and `steps` all of them. The rate is
   * multiplied by `rateScale`, a float32 scalar, which is 1 where it is absent.
   */
  update(given: {
    readonly parameters: { readonly [path: string]: Tensor };
    readonly gradients: { readonly [path: string]: Tensor };
    readonly state: S;
    readonly step: Tensor;
    readonly steps: Tensor;
    readonly rateScale?: Tensor;
  }): {
    readonly parameters: { readonly [path: string]: Tensor };
    readonly state: S;
    readonly metrics: { readonly [name: string]: Tensor };
  };
}
