/** What the example does in full, and in the small form that runs every stage in under a minute. */
export interface Settings {
  readonly smoke: boolean;
  /** Seeds of the students. */
  readonly seeds: readonly number[];
  /** Bytes of a snippet that are read. */
  readonly maxBytes: number;
  readonly teacher: {
    readonly buckets: number;
    readonly hidden: readonly number[];
    readonly epochs: number;
    readonly batchSize: number;
    readonly rate: number;
  };
  /** The hashed n-gram logistic regression on all labels. */
  readonly baseline: { readonly buckets: number; readonly epochs: number };
  readonly student: {
    /** Forms to choose from on the validation packages. */
    readonly candidates: readonly Candidate[];
    readonly batchSize: number;
  };
  /** The share of the training labels that the distilled student sees. */
  readonly labelShare: number;
  /** Shares of the labels along the curve. */
  readonly curveShares: readonly number[];
  /** Test windows a language in the paired table. */
  readonly perLanguage: number;
  /** How many windows the black-box teachers label. */
  readonly blackBoxWindows: number;
  /** Snippets on which latency is measured. */
  readonly latencySnippets: number;
}

/** One form of the student. */
export interface Candidate {
  readonly name: string;
  /** Fine buckets that n-grams are hashed into, and how many of them are features. */
  readonly buckets: number;
  readonly features: number;
  readonly hidden: readonly number[];
  readonly temperature: number;
  readonly rate: number;
  /**
   * How often the training windows are gone through. Every student takes as many optimiser steps as that makes over
   * all windows, whatever it is trained on.
   */
  readonly epochs: number;
}

const orders = [1, 2, 3, 4] as const;

/** Lengths of the n-grams, in bytes. */
export const ngramOrders: readonly number[] = orders;

// One set of features for all forms: it fills a third of a gigabyte.
const features = { buckets: 32768, features: 3072 } as const;

const linear = { ...features, hidden: [], rate: 0.01 } as const;
const hidden = { ...features, hidden: [30], rate: 0.005 } as const;

const candidates: readonly Candidate[] = [
  { ...linear, name: 'linear, T 2, 6 epochs', temperature: 2, epochs: 6 },
  { ...hidden, name: 'hidden 30, T 2, 6 epochs', temperature: 2, epochs: 6 },
  { ...hidden, name: 'hidden 30, T 2, 8 epochs', temperature: 2, epochs: 8 },
  { ...hidden, name: 'hidden 30, T 4, 8 epochs', temperature: 4, epochs: 8 },
];

/** The settings of a full run or of a smoke run. */
export function settings(smoke: boolean): Settings {
  const full: Settings = {
    smoke,
    seeds: [0, 1, 2],
    maxBytes: 1024,
    teacher: { buckets: 16384, hidden: [128], epochs: 6, batchSize: 256, rate: 0.003 },
    baseline: { buckets: 16384, epochs: 6 },
    student: { candidates, batchSize: 256 },
    labelShare: 0.02,
    curveShares: [0.02, 0.05, 0.1, 0.2, 0.5, 1],
    perLanguage: 100,
    blackBoxWindows: 10_000,
    latencySnippets: 200,
  };
  if (!smoke) return full;
  return {
    ...full,
    seeds: [0, 1],
    teacher: { ...full.teacher, buckets: 4096, hidden: [32], epochs: 2 },
    baseline: { buckets: 4096, epochs: 2 },
    student: { candidates: candidates.slice(0, 2), batchSize: 512 },
    curveShares: [0.02, 0.2, 1],
    perLanguage: 8,
    blackBoxWindows: 60,
    latencySnippets: 20,
  };
}
