import { makeNode } from '../tensor-base.js';
import { Tensor } from '../tensor.js';
import { checkOneShape } from './adam-update.js';
import { composite } from './composite.js';
import { unscaled } from './scaled.js';

/** What {@link sgdUpdate} is given for one parameter. */
export interface SgdUpdate {
  /** θ, of any shape. */
  readonly parameter: Tensor;
  /** v, of the same shape; needed with momentum. */
  readonly velocity?: Tensor;
  /** g, of the same shape; one that {@link scaled} made is taken apart. */
  readonly gradient: Tensor;
  /** How far a step goes: a scalar. */
  readonly rate: Tensor;
  /** μ: how much of the velocity is kept. @defaultValue 0 */
  readonly momentum?: number;
  /** Whether the step looks ahead along the velocity. @defaultValue false */
  readonly nesterov?: boolean;
  /** λ: this multiple of the parameter is added to its gradient. @defaultValue 0 */
  readonly coupled?: number;
}

/** What {@link sgdUpdate} gives. */
export interface SgdUpdated {
  /** The next θ. */
  readonly parameter: Tensor;
  /** The next v, where there was one. */
  readonly velocity?: Tensor;
}

type SgdAttributes = {
  readonly momentum: number;
  readonly nesterov: boolean;
  readonly coupled: number;
  readonly moves: boolean;
  readonly scales: boolean;
};

const sgd = composite<SgdAttributes>({
  name: 'sgdUpdate',
  kernel: 'sgd',
  expand: ([theta, gradient, rate, ...rest], attributes) => {
    const { momentum, nesterov, coupled, moves, scales } = attributes;
    const whole = scales ? gradient!.mul(rest.at(-1)!) : gradient!;
    const g = coupled === 0 ? whole : whole.add(theta!.mul(coupled));
    if (!moves) return [theta!.sub(g.mul(rate!))];
    const v = rest[0]!.mul(momentum).add(g);
    const direction = nesterov ? g.add(v.mul(momentum)) : v;
    return [theta!.sub(direction.mul(rate!)), v];
  },
});

/**
 * One step of gradient descent for one parameter, as a single operator that a runtime may run in place.
 *
 * ```text
 * g ← g + λ θ        v ← μ v + g        θ ← θ − rate · v              without nesterov
 *                                       θ ← θ − rate · (g + μ v)      with it
 * ```
 *
 * @throws LimbeckError `shape-mismatch` if the tensors differ in shape; `dtype-mismatch`
 * @see Sutskever, Martens, Dahl and Hinton, "On the importance of initialization and momentum in deep learning", 2013.
 */
export function sgdUpdate(given: SgdUpdate): SgdUpdated {
  const { parameter, velocity, rate, momentum = 0, nesterov = false, coupled = 0 } = given;
  const moving = velocity === undefined ? [] : [velocity];
  checkOneShape('sgdUpdate', [parameter, ...moving, given.gradient]);
  const { gradient, factor } = unscaled(given.gradient);
  const inputs = [parameter, gradient, rate.cast(parameter.dtype), ...moving];
  if (factor !== undefined) inputs.push(factor.cast(parameter.dtype));
  const node = makeNode(sgd, inputs, {
    momentum,
    nesterov,
    coupled,
    moves: velocity !== undefined,
    scales: factor !== undefined,
  });
  const next = new Tensor(node, 0);
  return velocity === undefined
    ? { parameter: next }
    : { parameter: next, velocity: new Tensor(node, 1) };
}
