import {
  checkPositive,
  checkWhole,
  type HostTensor,
  hostTensor,
  type HostTree,
  leaves,
  LimbeckError,
  mapTree,
  type Rng,
  sizeOf,
} from '@limbeck/core';
import type { Model, TensorTree } from './model.js';
import type { Tensor } from './tensor.js';

/** The two factors of what is added to a matrix, `[in, out]`. */
export type Adapter = {
  /** `[in, rank]`. */
  readonly down: Tensor;
  /** `[rank, out]`; zero at the start. */
  readonly up: Tensor;
};

/** Adapters by the path of the matrix that they change. */
export type Adapters = { readonly [path: string]: Adapter };

/** What an adapted model carries along: the weights that stay as they are, and the state of the model itself. */
export type AdaptedState<P, S> = {
  /** The model's own parameters. */
  readonly base: P;
  /** The model's own state. */
  readonly model: S;
};

/** Options of {@link adapt}. */
export interface AdaptOptions {
  /**
   * How many rows the factors share; the published values run from 1 to 64. A rule gives each matrix its own, such as less for a
   * table of embeddings, whose rows are many.
   */
  readonly rank: number | ((path: string, shape: readonly number[]) => number);
  /** Which matrices get an adapter: text that is part of the path, a pattern, or a rule. @defaultValue all */
  readonly match?: string | RegExp | ((path: string, shape: readonly number[]) => boolean);
  /** What is added is multiplied by `alpha / rank`. @defaultValue the rank of each, which leaves it as it is */
  readonly alpha?: number;
}

/** A model of which low-rank adapters alone are learnt. */
export interface AdaptedModel<
  In extends TensorTree,
  Out,
  P extends TensorTree,
  S extends TensorTree,
> extends Model<In, Out, Adapters, AdaptedState<P, S>> {
  /**
   * Fresh adapters on given weights.
   * @throws LimbeckError `unknown-name` if none of them is a matrix that matches
   */
  initFrom(
    values: { readonly parameters: HostTree<P>; readonly state: HostTree<S> },
    rng: Rng,
  ): { readonly parameters: HostTree<Adapters>; readonly state: HostTree<AdaptedState<P, S>> };
  /** The model's own parameters and state with the adapters added in: what is exported. */
  merge(trained: {
    readonly parameters: HostTree<Adapters>;
    readonly state: HostTree<AdaptedState<P, S>>;
  }): { readonly parameters: HostTree<P>; readonly state: HostTree<S> };
}

/**
 * Low-rank adapters on a model's matrices: the weights stay, and each matrix that matches becomes
 *
 * ```text
 * W + (α / r) A B      A: [in, r], drawn from N(0, 1/in);  B: [r, out], 0
 * ```
 *
 * so that the adapted model starts as the model itself. The weights are state, into which no gradient flows; a kernel
 * of more axes is taken as the matrix of its first axis and the rest.
 *
 * @throws LimbeckError `invalid-option` for a rank that is no whole number of at least 1 or an alpha that is not above 0;
 * from `init`, `unknown-name` if nothing matches
 * @see Hu et al., "LoRA: Low-Rank Adaptation of Large Language Models", 2021, §4.1.
 * {@link https://arxiv.org/abs/2106.09685}
 */
export function adapt<In extends TensorTree, Out, P extends TensorTree, S extends TensorTree>(
  model: Model<In, Out, P, S>,
  options: AdaptOptions,
): AdaptedModel<In, Out, P, S> {
  const { rank, alpha } = options;
  if (typeof rank === 'number') checkRank(rank);
  if (alpha !== undefined) {
    checkPositive('adapt', { alpha }, 'Leave it out to add the product as it is.');
  }
  const scaleOf = (own: number): number => (alpha === undefined ? 1 : alpha / own);

  const initFrom: AdaptedModel<In, Out, P, S>['initFrom'] = ({ parameters, state }, rng) => {
    const adapted = leaves<HostTensor>(parameters).filter(([path, leaf]) =>
      isMatch(options, path, leaf),
    );
    if (adapted.length === 0) refuse(parameters);
    const factors = adapted.map(([path, leaf]) => [path, freshFactors(path, leaf, rank, rng)]);
    return {
      parameters: Object.fromEntries(factors) as HostTree<Adapters>,
      state: { base: parameters, model: state },
    };
  };

  return {
    config: {
      ...model.config,
      adapters: { rank: typeof rank === 'number' ? rank : 'by path', alpha: alpha ?? null },
    },
    inputs: model.inputs,
    init: (rng) => initFrom(model.init(rng.stream('base')), rng),
    initFrom,
    apply: ({ parameters, state, inputs, context }) => {
      const weights = mapTree(state.base, (leaf, path) => {
        const adapter = parameters[path];
        const weight = leaf as Tensor;
        if (adapter === undefined) return weight;
        const scale = scaleOf(Number(adapter.down.shape[1]));
        const product = adapter.down.matmul(adapter.up);
        const scaled = scale === 1 ? product : product.mul(scale);
        return weight.add(scaled.reshape(weight.shape));
      }) as unknown as P;
      const made = model.apply({ parameters: weights, state: state.model, inputs, context });
      return { outputs: made.outputs, state: { base: state.base, model: made.state } };
    },
    merge: (trained) => {
      const { base, model: own } = trained.state as unknown as {
        readonly base: unknown;
        readonly model: HostTree<S>;
      };
      const adapters: { readonly [path: string]: Factors } = trained.parameters;
      const merged = mapTree(base, (leaf, path) => {
        const factors = adapters[path];
        return factors === undefined ? leaf : added(leaf as HostTensor, factors, scaleOf);
      });
      return { parameters: merged as unknown as HostTree<P>, state: own };
    },
  };
}

interface Factors {
  readonly down: HostTensor;
  readonly up: HostTensor;
}

function isMatch({ match }: AdaptOptions, path: string, leaf: HostTensor): boolean {
  if (leaf.dtype !== 'float32' && leaf.dtype !== 'float64') return false;
  if (leaf.shape.length < 2) return false;
  if (match === undefined) return true;
  if (typeof match === 'string') return path.includes(match);
  if (typeof match === 'function') return match(path, leaf.shape);
  // A global pattern would remember where it stopped.
  return new RegExp(match.source, match.flags.replaceAll(/[gy]/g, '')).test(path);
}

function freshFactors(
  path: string,
  { dtype, shape }: HostTensor,
  given: AdaptOptions['rank'],
  rng: Rng,
): HostTree<Adapter> {
  const rank = typeof given === 'number' ? given : checkRank(given(path, shape));
  const [rows, ...rest] = shape as readonly [number, ...number[]];
  const columns = sizeOf(rest);
  const own = rng.stream(path);
  const drawn = Array.from({ length: rows * rank }, () => own.normal() / Math.sqrt(rows));
  const none = Array.from({ length: rank * columns }, () => 0);
  return {
    down: hostTensor(dtype as 'float32', [rows, rank], drawn),
    up: hostTensor(dtype as 'float32', [rank, columns], none),
  };
}

/** @throws LimbeckError `invalid-option` */
function checkRank(rank: number): number {
  checkWhole('adapt', { rank }, 1, 'Use 8, or a power of two near it.');
  return rank;
}

/** W + (α/r) · A B, summed in float64. */
function added(
  weight: HostTensor,
  { down, up }: Factors,
  scaleOf: (rank: number) => number,
): HostTensor {
  const [rows, rank] = down.shape as [number, number];
  const scale = scaleOf(rank);
  const columns = up.shape[1]!;
  const data = weight.data.slice() as Float32Array;
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      let total = 0;
      for (let k = 0; k < rank; k++) {
        total += Number(down.data[row * rank + k]) * Number(up.data[k * columns + column]);
      }
      data[row * columns + column]! += scale * total;
    }
  }
  return { ...weight, data };
}

function refuse(parameters: unknown): never {
  const matrices = leaves<HostTensor>(parameters).filter(([, { shape }]) => shape.length > 1);
  throw new LimbeckError('unknown-name', {
    where: 'adapt',
    given: 'a match that no matrix of the model passes',
    expected: `part of one of ${matrices.map(([path]) => path).join(', ') || 'no matrices'}`,
    next: 'Leave match out to adapt them all.',
  });
}
