import { checkWhole, LimbeckError, type Specs } from '@limbeck/core';
import { type Context, type Model, specsOf, type Tensor } from '@limbeck/tensor';
import { checkLabels } from '../labels.js';
import { linear } from '../linear.js';
import { start } from '../weights/fresh.js';
import { batchNorm, type BatchNormState } from './batch-norm.js';
import {
  type CifarResNetParameters,
  type CifarResNetState,
  cifarResNetTrees,
  type NormedConvolutionParameters,
  type ResidualBlockParameters,
  type ResidualBlockState,
} from './cifar-resnet-parameters.js';

/** A batch of images, normalised as the model's makers did: float32 `[batch, channels, height, width]`. */
export type ImageInputs = {
  /** Float32 `[batch, channels, height, width]`. */
  readonly pixels: Tensor;
};

/** Options of {@link cifarResNet}. */
export interface CifarResNetOptions {
  /** Layers with weights: 6 n + 2, such as 20, 32, 44, 56 or 110. */
  readonly depth: number;
  /** Names of the classes, in the order of the logits. */
  readonly labels: readonly string[];
  /**
   * What goes around blocks that change the width: every second pixel with channels of zeros around (the paper's option A),
   * or a 1 × 1 convolution (option B). @defaultValue 'pad'
   */
  readonly shortcut?: 'pad' | 'project';
  /** Channels of the first stage; a multiple of 2. @defaultValue 16 */
  readonly width?: number;
  /** Channels of an image. @defaultValue 3 */
  readonly channels?: number;
  /** Height and width of an image. @defaultValue 32 */
  readonly size?: number;
}

/** What {@link cifarResNet} computes. */
export interface ImageOutputs {
  /** `[batch, labels]`. */
  readonly logits: Tensor;
  /** The pooled features that the classifier reads, `[batch, width]`. */
  readonly hidden: Tensor;
  /** The maps after every stage, `[batch, channels, height, width]` each. */
  readonly stages: readonly Tensor[];
}

/** A {@link cifarResNet} and the specs of its values. */
export interface CifarResNet extends Model<
  ImageInputs,
  ImageOutputs,
  CifarResNetParameters,
  CifarResNetState
> {
  /** The specs of the parameters, without making any. */
  readonly parameterSpecs: Specs<CifarResNetParameters>;
  /** The specs of the running statistics. */
  readonly stateSpecs: Specs<CifarResNetState>;
}

/**
 * The residual networks for 32 × 32 images, with batch norms whose running statistics are the model's state.
 *
 * Taps: `stem`, `stages/0/0`, …, `stages/0`, …, `hidden`, `logits`.
 *
 * @throws LimbeckError `invalid-option`
 * @see He, Zhang, Ren and Sun, "Deep Residual Learning for Image Recognition", 2016, §4.2.
 * {@link https://arxiv.org/abs/1512.03385}
 * @example
 * ```ts
 * import { cifarResNet, countParameters } from '@limbeck/nn';
 *
 * const labels = ['cat', 'dog', 'deer', 'frog', 'bird', 'horse', 'ship', 'truck', 'car', 'plane'];
 * const model = cifarResNet({ depth: 20, labels, shortcut: 'project' });
 * console.log(countParameters(model.parameterSpecs)); // 272474
 * ```
 */
export function cifarResNet(options: CifarResNetOptions): CifarResNet {
  const { depth, labels, shortcut = 'pad', width = 16, channels = 3, size = 32 } = options;
  checkOptions({ ...options, shortcut, width, channels, size });
  const trees = cifarResNetTrees({
    channels,
    width,
    blocks: (depth - 2) / 6,
    labels: labels.length,
    project: shortcut === 'project',
  });
  const parts = { depth, shortcut, width, channels, size };
  return {
    config: { family: 'cifarResNet', labels: [...labels], ...parts },
    parameterSpecs: specsOf<Specs<CifarResNetParameters>>(trees.parameters),
    stateSpecs: specsOf<Specs<CifarResNetState>>(trees.state),
    inputs: { pixels: { dtype: 'float32', shape: ['batch', channels, size, size] } },
    init: (rng) => ({
      parameters: start<CifarResNetParameters>(trees.parameters, rng),
      state: start<CifarResNetState>(trees.state, rng),
    }),
    apply: ({ parameters, state, inputs, context }) => {
      const stem = context.block('stem', (inner) =>
        normed(parameters.stem, state.stem, inputs.pixels, inner, 1),
      );
      let x = context.tap('stem', stem.y.relu());
      const stages: Tensor[] = [];
      const states: ResidualBlockState[][] = [];
      for (const [i, blocks] of parameters.stages.entries()) {
        states.push([]);
        for (const [j, block] of blocks.entries()) {
          const stride = i > 0 && j === 0 ? 2 : 1;
          const done = context.block(`stages/${i}/${j}`, (inner) =>
            residual(block, state.stages[i]![j]!, x, inner, stride),
          );
          x = context.tap(`stages/${i}/${j}`, done.y);
          states[i]!.push(done.state);
        }
        x = context.tap(`stages/${i}`, x);
        stages.push(x);
      }
      const hidden = context.tap('hidden', x.mean([2, 3]));
      const logits = context.block('classifier', () => linear(parameters.classifier, hidden));
      return {
        outputs: { logits: context.tap('logits', logits), hidden, stages },
        state: { stem: stem.state, stages: states },
      };
    },
  };
}

/** A convolution that keeps the middle in the middle, and its norm. */
function normed(
  { weight, norm }: NormedConvolutionParameters,
  state: BatchNormState,
  x: Tensor,
  context: Context,
  stride: number,
): { readonly y: Tensor; readonly state: BatchNormState } {
  const padding = ((weight.shape[2] as number) - 1) / 2;
  return batchNorm(norm, state, x.conv2d(weight, { stride, padding }), context);
}

/** ReLU(x around + norm(conv(ReLU(norm(conv x))))). */
function residual(
  parameters: ResidualBlockParameters,
  state: ResidualBlockState,
  x: Tensor,
  context: Context,
  stride: number,
): { readonly y: Tensor; readonly state: ResidualBlockState } {
  const first = normed(parameters.first, state.first, x, context, stride);
  const second = normed(parameters.second, state.second, first.y.relu(), context, 1);
  if (parameters.shortcut !== undefined && state.shortcut !== undefined) {
    const around = normed(parameters.shortcut, state.shortcut, x, context, stride);
    return {
      y: second.y.add(around.y).relu(),
      state: { first: first.state, second: second.state, shortcut: around.state },
    };
  }
  const more = (second.y.shape[1] as number) - (x.shape[1] as number);
  const thinned = stride === 1 ? x : every(stride, x);
  const around = more === 0 ? thinned : thinned.pad(1, more / 2, more / 2);
  return { y: second.y.add(around).relu(), state: { first: first.state, second: second.state } };
}

/** Every second row and column, or every third, … */
function every(stride: number, x: Tensor): Tensor {
  const [, , height, width] = x.shape;
  return x.slice(2, 0, height, stride).slice(3, 0, width, stride);
}

function checkOptions(options: Required<CifarResNetOptions>): void {
  const { depth, labels, shortcut, width, channels, size } = options;
  checkLabels('cifarResNet', labels);
  checkWhole('cifarResNet', { depth, width, channels, size }, 1, 'Pass sizes of at least 1.');
  const refuse = (given: string, expected: string): never => {
    throw new LimbeckError('invalid-option', {
      where: 'cifarResNet',
      given,
      expected,
      next: 'Use the depths and widths of the paper, such as 20 and 16.',
    });
  };
  if (depth < 8 || (depth - 2) % 6 !== 0) refuse(`depth ${depth}`, '6 n + 2, such as 20');
  if (width % 2 !== 0) refuse(`width ${width}`, 'a multiple of 2');
  if (!['pad', 'project'].includes(shortcut)) {
    refuse(`shortcut ${JSON.stringify(shortcut)}`, 'pad or project');
  }
}
