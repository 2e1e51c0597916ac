/** The sizes of the encoder and of its batch. */
export interface Sizes {
  readonly layers: number;
  readonly width: number;
  readonly heads: number;
  readonly feedForward: number;
  readonly vocabulary: number;
  readonly tokens: number;
  readonly batch: number;
  readonly classes: number;
}

/** What is measured. */
export const full: Sizes = {
  layers: 4,
  width: 256,
  heads: 8,
  feedForward: 1024,
  vocabulary: 8192,
  tokens: 64,
  batch: 32,
  classes: 16,
};

/** The same encoder, so small that every system takes a step in milliseconds. */
export const tiny: Sizes = {
  layers: 2,
  width: 16,
  heads: 2,
  feedForward: 32,
  vocabulary: 64,
  tokens: 8,
  batch: 4,
  classes: 4,
};

/** The numbers of AdamW, the same on all sides. */
export const adamw = {
  rate: 1e-3,
  betas: [0.9, 0.999],
  epsilon: 1e-8,
  weightDecay: 0.01,
} as const;

/** Layer norm's ε. */
export const normEpsilon = 1e-5;

/** How rows of the embedding are found: by index, or as a product with a one-hot matrix where a gather has no gradient. */
export type Lookup = 'gather' | 'one-hot';

/** How many different batches are taken in turn. */
export const batchCount = 8;
