/** How a run goes. */
export interface Setting {
  /** How many runs a system has, each with its own order of the data and its own adapters. */
  readonly seeds: number;
  /** How often the training rows are gone through, chosen as the rates are. */
  readonly epochs: { readonly all: number; readonly adapters: number };
  /** Rows a batch. */
  readonly batchSize: number;
  /** At most so many of all reviews are used. */
  readonly rows: number;
  /** After so many minutes no further run starts. */
  readonly minutes: number;
}

/** The experiment. */
export const whole: Setting = {
  seeds: 5,
  epochs: { all: 4, adapters: 4 },
  batchSize: 32,
  rows: Infinity,
  minutes: 60,
};

/** The same code in seconds. */
export const smoke: Setting = {
  seeds: 2,
  epochs: { all: 1, adapters: 1 },
  batchSize: 16,
  rows: 120,
  minutes: 1,
};

/** Peak rates, chosen on a fifth of the training rows, never on the held-out ones. */
export const rates = { all: 3e-4, adapters: 3e-3 };

/**
 * The adapters: the matrices that get one, which are all, and their rank. The table of words, most of the weights, has half of it:
 * with none a small encoder could not learn what the words of another domain mean.
 */
export const adapters = {
  match: /weight$/,
  rank: 8,
  table: { path: 'we.weight', rank: 4 },
};

/** Longer reviews are cut off. */
export const mostTokens = 64;
