import { makeNode } from '../tensor-base.js';
import { Tensor } from '../tensor.js';
import { composite } from './composite.js';

const scaledBy = composite({
  name: 'scaled',
  expand: ([gradient, factor]) => [gradient!.mul(factor!)],
});

/**
 * A gradient times a scalar. Updates such as {@link adamUpdate} take the factor in by itself, so that the product needs
 * no memory of its own.
 */
export function scaled(gradient: Tensor, factor: Tensor): Tensor {
  return new Tensor(makeNode(scaledBy, [gradient, factor.cast(gradient.dtype)], {}));
}

/** A gradient, and the scalar it is to be multiplied with if {@link scaled} made it. */
export function unscaled(gradient: Tensor): {
  readonly gradient: Tensor;
  readonly factor?: Tensor;
} {
  const [inner, factor] = gradient.node.inputs;
  return gradient.node.operator === (scaledBy as object)
    ? { gradient: inner!, factor: factor! }
    : { gradient };
}
