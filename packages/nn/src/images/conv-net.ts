import { checkWhole, LimbeckError, type Specs } from '@limbeck/core';
import { type Model, specsOf, type Tensor } from '@limbeck/tensor';
import { kaimingNormal } from '../initialisers.js';
import { checkLabels } from '../labels.js';
import type { LayerNormParameters } from '../layer-norm.js';
import { linear, type LinearParameters } from '../linear.js';
import { fresh, freshScale, freshShift, start } from '../weights/fresh.js';
import type { ImageInputs, ImageOutputs } from './cifar-resnet.js';

/** Options of {@link convNet}. */
export interface ConvNetOptions {
  /** Names of the classes, in the order of the logits. */
  readonly labels: readonly string[];
  /** How many blocks; each halves the image. @defaultValue 3 */
  readonly depth?: number;
  /** Channels of every block. @defaultValue 128 */
  readonly width?: number;
  /** What is normalised together: each channel, groups of channels, or nothing. @defaultValue 'instance' */
  readonly norm?: 'instance' | 'group' | 'none';
  /** How many groups with `group`; they divide the width. @defaultValue 8 */
  readonly groups?: number;
  /** How 2 × 2 pixels become one. @defaultValue 'average' */
  readonly pooling?: 'average' | 'max';
  /** Channels of an image. @defaultValue 3 */
  readonly channels?: number;
  /** Height and width of an image. @defaultValue 32 */
  readonly size?: number;
}

/** One block of {@link convNet}. */
export type ConvNetBlockParameters = {
  /** `[out, in, 3, 3]`. */
  readonly weight: Tensor;
  /** `[out]`. */
  readonly bias: Tensor;
  /** γ and β, `[out]` each; not with `none`. */
  readonly norm?: LayerNormParameters;
};

/** Parameters of {@link convNet}. */
export type ConvNetParameters = {
  /** One after another. */
  readonly blocks: readonly ConvNetBlockParameters[];
  /** From all that is left of the image to labels. */
  readonly classifier: LinearParameters;
};

/** A {@link convNet} and the specs of its parameters. */
export interface ConvNet extends Model<ImageInputs, ImageOutputs, ConvNetParameters> {
  /** The specs of the parameters, without making any. */
  readonly parameterSpecs: Specs<ConvNetParameters>;
}

/**
 * The small network that the literature on dataset distillation trains: blocks of convolution, norm, ReLU and pooling,
 * and a linear classifier.
 *
 * Taps: `blocks/0`, …, `hidden` (the last block, flat), `logits`.
 *
 * @throws LimbeckError `invalid-option`
 * @see Gidaris and Komodakis, "Dynamic Few-Shot Visual Learning without Forgetting", 2018; Zhao, Mopuri and Bilen, "Dataset
 * Condensation with Gradient Matching", 2021, §4.1. {@link https://arxiv.org/abs/2006.05929}
 * @example
 * ```ts
 * import { convNet, countParameters } from '@limbeck/nn';
 *
 * const labels = Array.from({ length: 10 }, (_, digit) => String(digit));
 * console.log(countParameters(convNet({ labels }).parameterSpecs)); // 320010
 * ```
 */
export function convNet(options: ConvNetOptions): ConvNet {
  const { labels, depth = 3, width = 128, norm = 'instance', channels = 3, size = 32 } = options;
  const { pooling = 'average', groups = Math.min(8, width) } = options;
  checkOptions({ labels, depth, width, norm, groups, pooling, channels, size });
  const side = Math.floor(size / 2 ** depth);
  const tree: Specs<ConvNetParameters> = {
    blocks: Array.from({ length: depth }, (_, i) => ({
      weight: fresh([width, i === 0 ? channels : width, 3, 3], kaimingNormal),
      bias: freshShift(width),
      ...(norm === 'none' ? {} : { norm: { gamma: freshScale(width), beta: freshShift(width) } }),
    })),
    classifier: {
      weight: fresh([width * side * side, labels.length], kaimingNormal),
      bias: freshShift(labels.length),
    },
  };
  const sizes = { depth, width, norm, groups, pooling, channels, size };
  return {
    config: { family: 'convNet', labels: [...labels], ...sizes },
    parameterSpecs: specsOf<Specs<ConvNetParameters>>(tree),
    inputs: { pixels: { dtype: 'float32', shape: ['batch', channels, size, size] } },
    init: (rng) => ({ parameters: start<ConvNetParameters>(tree, rng), state: {} }),
    apply: ({ parameters, inputs, state, context }) => {
      let x = inputs.pixels;
      const stages: Tensor[] = [];
      for (const [i, block] of parameters.blocks.entries()) {
        const { weight, bias, norm: own } = block;
        x = context.block(`blocks/${i}`, () => {
          const sums = x.conv2d(weight, { padding: 1 }).add(bias.reshape([width, 1, 1]));
          const together = norm === 'instance' ? width : groups;
          const even = own === undefined ? sums : sums.groupNorm(together, own.gamma, own.beta);
          const window = { kernel: 2, stride: 2 };
          const kept = even.relu();
          return pooling === 'max' ? kept.maxPool2d(window) : kept.averagePool2d(window);
        });
        x = context.tap(`blocks/${i}`, x);
        stages.push(x);
      }
      const hidden = context.tap('hidden', x.reshape([x.shape[0]!, width * side * side]));
      const logits = context.block('classifier', () => linear(parameters.classifier, hidden));
      return { outputs: { logits: context.tap('logits', logits), hidden, stages }, state };
    },
  };
}

function checkOptions(options: Required<ConvNetOptions>): void {
  const { labels, depth, width, norm, groups, pooling, channels, size } = options;
  checkLabels('convNet', labels);
  const sizes = { depth, width, groups, channels, size };
  checkWhole('convNet', sizes, 1, 'Pass sizes of at least 1.');
  const refuse = (given: string, expected: string): never => {
    throw new LimbeckError('invalid-option', {
      where: 'convNet',
      given,
      expected,
      next: 'Change that option, or leave it out for its default.',
    });
  };
  if (size < 2 ** depth) refuse(`size ${size} halved ${depth} times`, 'at least one pixel left');
  if (width % groups !== 0) refuse(`groups ${groups} for width ${width}`, 'a divisor of the width');
  if (!['instance', 'group', 'none'].includes(norm)) {
    refuse(`norm ${JSON.stringify(norm)}`, 'instance, group or none');
  }
  if (!['average', 'max'].includes(pooling)) {
    refuse(`pooling ${JSON.stringify(pooling)}`, 'average or max');
  }
}
