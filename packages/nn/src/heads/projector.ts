import { checkWhole, type HostTree, LimbeckError, type Rng } from '@limbeck/core';
import type { Tensor } from '@limbeck/tensor';
import { kaimingNormal, xavierUniform } from '../initialisers.js';
import { linear, type LinearParameters, linearParameters } from '../linear.js';

/** Parameters of {@link projector}. */
export type ProjectorParameters = {
  /** One linear map, or several with ReLU between. */
  readonly layers: readonly LinearParameters[];
};

/** Sizes of {@link projectorParameters}. */
export interface ProjectorSizes {
  /** The student's width. */
  readonly from: number;
  /** The teacher's width. */
  readonly to: number;
  /** Widths between; none is a linear projector. @defaultValue [] */
  readonly hidden?: readonly number[];
}

/** Fresh parameters of {@link projector}. @throws LimbeckError `invalid-option` */
export function projectorParameters(
  rng: Rng,
  sizes: ProjectorSizes,
): HostTree<ProjectorParameters> {
  const { from, to, hidden = [] } = sizes;
  checkWhole('projectorParameters', { from, to }, 1, 'Pass the widths of both sides.');
  for (const width of hidden) {
    checkWhole('projectorParameters', { hidden: width }, 1, 'Pass widths of at least 1.');
  }
  const widths = [from, ...hidden, to];
  const layers = widths.slice(1).map((width, i) => {
    const weight = i === hidden.length ? xavierUniform : kaimingNormal;
    return linearParameters(rng.stream(`layers/${i}`), widths[i]!, width, { weight });
  });
  return { layers };
}

/**
 * A student's hidden states in a teacher's width, so that a loss can compare them; trained with the student, and thrown
 * away.
 *
 * @param x - `[…, from]`; with `channels`, maps `[batch, from, height, width]`, projected at each place
 * @returns `[…, to]`, or `[batch, to, height, width]`
 * @throws LimbeckError `shape-mismatch`, `invalid-option`
 * @see Romero et al., "FitNets: Hints for Thin Deep Nets", 2015, §2.2 (its regressor).
 * {@link https://arxiv.org/abs/1412.6550}
 */
export function projector(
  { layers }: ProjectorParameters,
  x: Tensor,
  over: 'last' | 'channels' = 'last',
): Tensor {
  if (over !== 'last' && over !== 'channels') {
    throw new LimbeckError('invalid-option', {
      where: 'projector',
      given: JSON.stringify(over),
      expected: 'last or channels',
      next: 'Leave it out for hidden states, whose width is the last axis.',
    });
  }
  const apply = over === 'last' ? linear : pointwise;
  return layers.reduce((h, layer, i) => apply(layer, i === 0 ? h : h.relu()), x);
}

/** A linear map of the channels at each place: a 1 × 1 convolution. */
function pointwise({ weight, bias }: LinearParameters, x: Tensor): Tensor {
  const [from, to] = weight.shape as [number, number];
  return x.conv2d(weight.transpose().reshape([to, from, 1, 1])).add(bias.reshape([to, 1, 1]));
}
