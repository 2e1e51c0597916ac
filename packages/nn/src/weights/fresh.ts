import { type HostTree, mapTree, type Rng, type Spec, type Specs } from '@limbeck/core';
import { type Initialiser, ones, truncatedNormal, zeros } from '../initialisers.js';

/** What a parameter will be: its spec, and how it starts. */
export interface Fresh extends Spec {
  /** The sizes, all known. */
  readonly shape: readonly number[];
  /** Makes its first values. */
  readonly start: Initialiser;
}

/** A parameter of a shape. @param start - the default is BERT's and GPT-2's. */
export function fresh(shape: readonly number[], start: Initialiser = truncatedNormal(0.02)): Fresh {
  return { dtype: 'float32', shape, start };
}

/** A scale that starts at 1. */
export function freshScale(width: number): Fresh {
  return fresh([width], ones);
}

/** A shift that starts at 0. */
export function freshShift(width: number): Fresh {
  return fresh([width], zeros);
}

/** The first values of a tree of {@link Fresh} leaves, each from the stream of its path. */
export function start<T>(tree: Specs<T>, rng: Rng): HostTree<T> {
  return mapTree(tree, (leaf, path) => {
    const { shape, start: make } = leaf as Fresh;
    return make(rng.stream(path), shape);
  }) as unknown as HostTree<T>;
}
