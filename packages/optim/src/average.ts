import type { HostTensor, JsonObject } from '@limbeck/core';
import type { Tensor } from '@limbeck/tensor';
import type { ByPath } from './paths.js';

/** A running average of parameters. */
export interface Average {
  /** What it is set to: a checkpoint of a run with another one is refused. */
  readonly config: JsonObject;
  /** The average before the first step: copies of the parameters. */
  init(parameters: { readonly [path: string]: HostTensor }): {
    readonly [path: string]: HostTensor;
  };
  /**
   * The next average.
   * @throws LimbeckError `missing-signal` if a parameter has no average
   */
  update(given: {
    /** The average so far, by path. */
    readonly average: ByPath;
    /** The parameters after the optimiser's update, by path. */
    readonly parameters: ByPath;
    /** Optimiser steps done before this one: an int64 scalar. */
    readonly step: Tensor;
  }): ByPath;
}

/** Copies of parameters. */
export function copies(parameters: { readonly [path: string]: HostTensor }): {
  readonly [path: string]: HostTensor;
} {
  return Object.fromEntries(
    Object.entries(parameters).map(([path, { dtype, shape, data }]) => [
      path,
      { dtype, shape, data: data.slice() },
    ]),
  );
}
