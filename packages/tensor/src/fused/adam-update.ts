import { refuseShapes } from '../ops/support.js';
import { sameShape } from '../dims.js';
import { makeNode } from '../tensor-base.js';
import { Tensor } from '../tensor.js';
import { composite } from './composite.js';
import { unscaled } from './scaled.js';

/** What {@link adamUpdate} is given for one parameter. */
export interface AdamUpdate {
  /** θ, of any shape. */
  readonly parameter: Tensor;
  /** M, of the same shape: the first moment divided by 1 − β₁. */
  readonly first: Tensor;
  /** V, of the same shape: the second moment divided by 1 − β₂. */
  readonly second: Tensor;
  /** g, of the same shape; one that {@link scaled} made is taken apart. */
  readonly gradient: Tensor;
  /** How far a step goes, corrections included: a scalar. */
  readonly size: Tensor;
  /** What keeps the quotient finite: a scalar. */
  readonly tiny: Tensor;
  /** What is kept of the parameter before the step: a scalar. @defaultValue all of it */
  readonly shrink?: Tensor;
  /** λ, for decay that goes through the gradient. @defaultValue 0 */
  readonly coupled?: number;
  /** β₁ and β₂. */
  readonly betas: readonly [first: number, second: number];
}

/** What {@link adamUpdate} gives. */
export interface AdamUpdated {
  /** The next θ. */
  readonly parameter: Tensor;
  /** The next M. */
  readonly first: Tensor;
  /** The next V. */
  readonly second: Tensor;
}

type AdamAttributes = {
  readonly beta1: number;
  readonly beta2: number;
  readonly coupled: number;
  readonly shrinks: boolean;
  readonly scales: boolean;
};

const adam = composite<AdamAttributes>({
  name: 'adamUpdate',
  kernel: 'adam',
  expand: ([theta, first, second, gradient, size, tiny, ...rest], attributes) => {
    const { beta1, beta2, coupled, shrinks, scales } = attributes;
    const factor = scales ? rest.at(-1)! : undefined;
    const whole = factor === undefined ? gradient! : gradient!.mul(factor);
    const g = coupled === 0 ? whole : whole.add(theta!.mul(coupled));
    const m = first!.mul(beta1).add(g);
    const v = second!.mul(beta2).add(g.square());
    const change = m.div(v.sqrt().add(tiny!)).mul(size!);
    const kept = shrinks ? theta!.mul(rest[0]!) : theta!;
    return [kept.sub(change), m, v];
  },
});

/**
 * One step of Adam for one parameter, as a single operator that a runtime may run in place.
 *
 * ```text
 * g ← g + λ θ        M ← β₁ M + g        V ← β₂ V + g²        θ ← shrink · θ − size · M / (√V + tiny)
 * ```
 *
 * @throws LimbeckError `shape-mismatch` if the four tensors differ in shape; `dtype-mismatch`
 * @see Kingma and Ba, "Adam: A Method for Stochastic Optimization", 2015, the note after algorithm 1.
 * {@link https://arxiv.org/abs/1412.6980}
 */
export function adamUpdate(given: AdamUpdate): AdamUpdated {
  const { parameter, first, second, size, tiny, shrink, coupled = 0, betas } = given;
  checkOneShape('adamUpdate', [parameter, first, second, given.gradient]);
  const { gradient, factor } = unscaled(given.gradient);
  const like = (scalar: Tensor): Tensor => scalar.cast(parameter.dtype);
  const inputs = [parameter, first, second, gradient, like(size), like(tiny)];
  if (shrink !== undefined) inputs.push(like(shrink));
  if (factor !== undefined) inputs.push(like(factor));
  const node = makeNode(adam, inputs, {
    beta1: betas[0],
    beta2: betas[1],
    coupled,
    shrinks: shrink !== undefined,
    scales: factor !== undefined,
  });
  return {
    parameter: new Tensor(node, 0),
    first: new Tensor(node, 1),
    second: new Tensor(node, 2),
  };
}

/** Checks that what an update reads and writes has one shape. @throws LimbeckError `shape-mismatch` */
export function checkOneShape(where: string, tensors: readonly Tensor[]): void {
  const [{ shape }] = tensors as readonly [Tensor];
  if (tensors.every((tensor) => sameShape(tensor.shape, shape))) return;
  refuseShapes(
    where,
    tensors.map((tensor) => tensor.shape),
    'a parameter, its moments and its gradient of one shape',
    'Pass the gradient and the state that belong to this parameter.',
  );
}
