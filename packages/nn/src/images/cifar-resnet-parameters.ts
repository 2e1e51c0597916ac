import type { Specs } from '@limbeck/core';
import type { Tensor } from '@limbeck/tensor';
import { kaimingNormal } from '../initialisers.js';
import type { LinearParameters } from '../linear.js';
import { fresh, freshShift } from '../weights/fresh.js';
import type { WeightNames } from '../weights/named-weights.js';
import {
  batchNormParameters,
  type BatchNormParameters,
  batchNormState,
  type BatchNormState,
} from './batch-norm.js';

/** A convolution without bias and the norm behind it. */
export type NormedConvolutionParameters = {
  /** `[out, in, kernel, kernel]`. */
  readonly weight: Tensor;
  /** Of what comes out. */
  readonly norm: BatchNormParameters;
};

/** Two convolutions and what goes around them. */
export type ResidualBlockParameters = {
  /** Strided in the first block of a stage. */
  readonly first: NormedConvolutionParameters;
  /** Behind it. */
  readonly second: NormedConvolutionParameters;
  /** 1 × 1, where widths differ and shortcuts project. */
  readonly shortcut?: NormedConvolutionParameters;
};

/** Parameters of {@link cifarResNet}. */
export type CifarResNetParameters = {
  /** From pixels to the first width. */
  readonly stem: NormedConvolutionParameters;
  /** Three stages of blocks. */
  readonly stages: readonly (readonly ResidualBlockParameters[])[];
  /** From the pooled last width to labels. */
  readonly classifier: LinearParameters;
};

/** Running statistics of one block. */
export type ResidualBlockState = {
  /** Of the first norm. */
  readonly first: BatchNormState;
  /** Of the second. */
  readonly second: BatchNormState;
  /** Of the shortcut's, where it has one. */
  readonly shortcut?: BatchNormState;
};

/** Running statistics of {@link cifarResNet}. */
export type CifarResNetState = {
  /** Of the stem's norm. */
  readonly stem: BatchNormState;
  /** Of the blocks'. */
  readonly stages: readonly (readonly ResidualBlockState[])[];
};

/** Sizes of {@link cifarResNet}. */
export interface CifarResNetSizes {
  readonly channels: number;
  readonly width: number;
  readonly blocks: number;
  readonly labels: number;
  readonly project: boolean;
}

/** Widths of each stage and of what comes into it. */
function stagesOf(width: number): readonly { readonly from: number; readonly to: number }[] {
  return [
    { from: width, to: width },
    { from: width, to: 2 * width },
    { from: 2 * width, to: 4 * width },
  ];
}

/** The trees of parameters and of state, with shapes and how each starts. */
export function cifarResNetTrees({ channels, width, blocks, labels, project }: CifarResNetSizes): {
  readonly parameters: Specs<CifarResNetParameters>;
  readonly state: Specs<CifarResNetState>;
} {
  const normed = (from: number, to: number, kernel: number) => ({
    weight: fresh([to, from, kernel, kernel], kaimingNormal),
    norm: batchNormParameters(to),
  });
  const projects = (from: number, to: number, i: number): boolean =>
    project && i === 0 && from !== to;
  const perBlock = <Block>(make: (from: number, to: number, i: number) => Block): Block[][] =>
    stagesOf(width).map(({ from, to }) =>
      Array.from({ length: blocks }, (_, i) => make(i === 0 ? from : to, to, i)),
    );
  return {
    parameters: {
      stem: normed(channels, width, 3),
      stages: perBlock((from, to, i) => ({
        first: normed(from, to, 3),
        second: normed(to, to, 3),
        ...(projects(from, to, i) ? { shortcut: normed(from, to, 1) } : {}),
      })),
      classifier: {
        weight: fresh([4 * width, labels], kaimingNormal),
        bias: freshShift(labels),
      },
    },
    state: {
      stem: batchNormState(width),
      stages: perBlock((from, to, i) => ({
        first: batchNormState(to),
        second: batchNormState(to),
        ...(projects(from, to, i) ? { shortcut: batchNormState(to) } : {}),
      })),
    },
  };
}

const kinds: { readonly [kind: string]: string } = {
  gamma: 'weight',
  beta: 'bias',
  mean: 'running_mean',
  variance: 'running_var',
};

/**
 * Where the usual PyTorch files keep the parameters and the state of a {@link cifarResNet}: `layer1.0.conv1.weight`,
 * `layer1.0.bn1.running_mean`, `linear.weight`.
 */
export const cifarResNetNames: WeightNames = (path) => {
  const [, place, layer, , kind] =
    /^(stem|stages\/\d+\/\d+)(?:\/(first|second|shortcut))?(\/norm)?\/(\w+)$/.exec(path) ?? [];
  if (place === undefined) {
    const names = ['linear', 'fc'].map((name) => `${name}.${path.split('/').at(-1)}`);
    return { names, transpose: path.endsWith('weight') };
  }
  const [, stage, block] = /^stages\/(\d+)\/(\d+)$/.exec(place) ?? [];
  const prefix = stage === undefined ? '' : `layer${Number(stage) + 1}.${block}.`;
  const convolution = kind === 'weight';
  if (layer === 'shortcut') {
    const [at, own] = convolution ? [0, 'weight'] : [1, kinds[kind!]];
    return { names: [`${prefix}shortcut.${at}.${own}`, `${prefix}downsample.${at}.${own}`] };
  }
  const number = layer === 'second' ? 2 : 1;
  return {
    names: [`${prefix}${convolution ? `conv${number}.weight` : `bn${number}.${kinds[kind!]}`}`],
  };
};
