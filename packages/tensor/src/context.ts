import { LimbeckError } from '@limbeck/core';
import { scalar } from './functions.js';
import { type RandomStream, randomStream } from './random.js';
import { inScope, joinScope } from './scope.js';
import type { Tensor } from './tensor.js';

/** What a pure function may draw on beside its arguments. */
export interface Context {
  /** Whether dropout and the like are on. */
  readonly training: boolean;
  /** Optimiser steps done, not micro-batches and not evaluations: an int64 scalar. */
  readonly step: Tensor;
  /** Optimiser steps in all: an int64 scalar. */
  readonly steps: Tensor;
  /** What optimisers multiply their rates by, below 1 after steps that were not finite: a float32 scalar. */
  readonly rateScale: Tensor;
  /**
   * A named stream of random numbers, pure in (seed, scope and stream, draw).
   * @throws LimbeckError `duplicate-name` if this scope has already given this stream
   */
  random(stream: string): RandomStream;
  /**
   * The value itself, unless the caller reads, masks, edits or injects here (see {@link tapped}).
   * @throws LimbeckError `duplicate-name` if this scope already has this tap
   */
  tap(name: string, value: Tensor): Tensor;
  /** The context of a part, for one player or one call. */
  scope(name: string): Context;
  /** Runs a block in the named scope: its nodes carry the scope's path into the ONNX file. */
  block<R>(name: string, run: (context: Context) => R): R;
}

/** What a root context is made of. */
export interface ContextOptions {
  /** Whether dropout and the like are on. */
  readonly training: boolean;
  /** uint32 scalars; needed only where something random is drawn. */
  readonly seed?: Tensor;
  /** Counts phase runs, so that each draws anew; like the seed a uint32 scalar. */
  readonly draw?: Tensor;
  /** int64 scalars. @defaultValue 0 and 1 */
  readonly step?: Tensor;
  /** How many optimiser steps there will be in all, an int64 scalar. */
  readonly steps?: Tensor;
  /** What rates are multiplied by, a float32 scalar. @defaultValue 1 */
  readonly rateScale?: Tensor;
}

type TapHandler = (path: string, value: Tensor) => Tensor;

interface Shared extends ContextOptions {
  readonly step: Tensor;
  readonly steps: Tensor;
  readonly rateScale: Tensor;
  readonly taken: Set<string>;
  readonly onTap: TapHandler;
}

class ScopedContext implements Context {
  readonly #shared: Shared;
  readonly #path: string;

  constructor(shared: Shared, path: string) {
    this.#shared = shared;
    this.#path = path;
  }

  get training(): boolean {
    return this.#shared.training;
  }

  get step(): Tensor {
    return this.#shared.step;
  }

  get steps(): Tensor {
    return this.#shared.steps;
  }

  get rateScale(): Tensor {
    return this.#shared.rateScale;
  }

  #take(kind: string, name: string): string {
    const path = joinScope(this.#path, name);
    const key = `${kind}:${path}`;
    if (this.#shared.taken.has(key)) {
      throw new LimbeckError('duplicate-name', {
        where: `context.${kind}`,
        given: `a second ${kind === 'tap' ? 'tap' : 'stream'} named "${path}"`,
        expected: 'one of each name in a scope',
        next: 'Give each call a scope of its own: context.scope("second").',
      });
    }
    this.#shared.taken.add(key);
    return path;
  }

  random(stream: string): RandomStream {
    const { seed, draw } = this.#shared;
    if (seed === undefined || draw === undefined) {
      throw new LimbeckError('missing-signal', {
        where: `context.random("${joinScope(this.#path, stream)}")`,
        given: 'a context without a seed',
        expected: 'seed and draw, uint32 scalars',
        next: 'Pass them to createContext().',
      });
    }
    return randomStream({ seed, draw, name: this.#take('random', stream) });
  }

  tap(name: string, value: Tensor): Tensor {
    return this.#shared.onTap(this.#take('tap', name), value);
  }

  scope(name: string): Context {
    return new ScopedContext(this.#shared, joinScope(this.#path, name));
  }

  block<R>(name: string, run: (context: Context) => R): R {
    const path = joinScope(this.#path, name);
    return inScope(path, () => run(new ScopedContext(this.#shared, path)));
  }

  /** The same context, whose taps go to a handler as well. */
  handling(onTap: TapHandler): Context {
    const outer = this.#shared.onTap;
    const prefix = this.#path;
    const handle: TapHandler = (path, value) => {
      const name = prefix === '' ? path : path.slice(prefix.length + 1);
      return outer(path, onTap(name, value));
    };
    return new ScopedContext({ ...this.#shared, onTap: handle }, this.#path);
  }
}

/** A root context. */
export function createContext(options: ContextOptions): Context {
  const { step = scalar(0, 'int64'), steps = scalar(1, 'int64'), rateScale = scalar(1) } = options;
  return new ScopedContext(
    { ...options, step, steps, rateScale, taken: new Set(), onTap: (_path, value) => value },
    '',
  );
}

/** What {@link tapped} gives back. */
export interface Tapped<R> {
  /** What the function returned. */
  readonly result: R;
  /** The value at a tap, after its edit. @throws LimbeckError `unknown-name` */
  tap(name: string): Tensor;
}

/**
 * Runs a model and lets the caller read and edit what passes its taps.
 *
 * @param edits - by the tap's path under this context
 * @throws LimbeckError `unknown-name` for an edit whose tap the model never reached
 */
export function tapped<R>(
  context: Context,
  edits: { readonly [name: string]: (value: Tensor) => Tensor },
  run: (context: Context) => R,
): Tapped<R> {
  if (!(context instanceof ScopedContext)) {
    throw new LimbeckError('invalid-option', {
      where: 'tapped',
      given: 'a context of another make',
      expected: 'a context from createContext()',
      next: 'Pass on the context that the model was given.',
    });
  }
  const seen = new Map<string, Tensor>();
  const inner = context.handling((name, value) => {
    const edited = edits[name]?.(value) ?? value;
    seen.set(name, edited);
    return edited;
  });
  const result = run(inner);
  const find = (name: string): Tensor => {
    const value = seen.get(name);
    if (value !== undefined) return value;
    throw new LimbeckError('unknown-name', {
      where: 'tapped',
      given: `the tap "${name}"`,
      expected: `one of ${[...seen.keys()].join(', ') || 'no taps: the model has none'}`,
      next: 'Use one of the names that the model taps under.',
    });
  };
  for (const name of Object.keys(edits)) find(name);
  return { result, tap: find };
}
