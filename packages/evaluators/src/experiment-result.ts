import type { Comparison } from './comparison.js';
import type { Role } from './roles.js';

/** What one system of an experiment measured. */
export interface ExperimentSystem {
  /** The system's name, as comparisons use it. */
  readonly name: string;
  /** The part that it plays. */
  readonly role: Role;
  /** Under which conditions it ran, such as `{ labels: '2%' }`. */
  readonly factors: { readonly [name: string]: string };
  /** A metric's values, one a seed. */
  readonly values: { readonly [metric: string]: readonly number[] };
  /** Wall-clock seconds, all seeds together. */
  readonly seconds: number;
  /** Size of what ships, in bytes. */
  readonly sizeBytes?: number;
}

/** Where something was measured. */
export interface Machine {
  /** The processor's name. */
  readonly cpu: string;
  /** How many cores the run could use. */
  readonly cores: number;
  /** The version of Node. */
  readonly node: string;
  /** The version of ONNX Runtime. */
  readonly onnxruntime: string;
}

/** The file that an experiment writes as `benchmarks/<area>/results/<experiment>.json`. */
export interface ExperimentResult {
  /** The file format's version. */
  readonly formatVersion: 1;
  /** The experiment's name, which is also the file's. */
  readonly experiment: string;
  /** What is being tested, as one sentence. */
  readonly claim: string;
  /** The command that reproduces this file. */
  readonly command: string;
  /** What was measured on; `sha256` in lower-case hexadecimal. */
  readonly dataset: {
    /** Its name. */
    readonly name: string;
    /** How many rows. */
    readonly rows: number;
    /** Its sha256. */
    readonly sha256?: string;
  };
  /** What stands in for what, where the experiment is smaller than the original. */
  readonly scaledDown?: string;
  /** Which way each metric is better. */
  readonly metrics: {
    readonly [name: string]: {
      /** Whether more is better. */
      readonly higherIsBetter: boolean;
    };
  };
  /** What ran. */
  readonly systems: readonly ExperimentSystem[];
  /** Paired comparisons, with the controls that must come out null. */
  readonly comparisons: readonly Comparison[];
  /** Whether the claim held; computed from the intervals, never typed. */
  readonly reproduced: boolean;
  /** What a reader should know beside the numbers. */
  readonly note?: string;
  /** Where it ran. */
  readonly machine: Machine;
  /** When it ended, as ISO 8601. */
  readonly finishedAt: string;
}
