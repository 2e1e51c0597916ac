import type { JsonObject } from '@limbeck/core';
import type { Interval, Role, RunReport } from '@limbeck/evaluators';
import type { SettingChange } from './settings.js';

/** A run that is compared: its report, and what else is known of it. */
export interface ComparedRun {
  /** What to call it, such as its folder; the two must differ. @defaultValue the report's name */
  readonly label?: string;
  /** Its report. */
  readonly report: RunReport;
  /** The config that it was started with, as `run.json` holds it. */
  readonly config?: JsonObject;
}

/** Options of `compareRuns`. */
export interface CompareRunsOptions {
  /** How often items are drawn for paired intervals. @defaultValue 1000 */
  readonly resamples?: number;
}

/** One of the two runs, as the comparison names it. */
export interface RunSide {
  /** What the comparison calls it. */
  readonly label: string;
  /** The report's title, or else its name. */
  readonly title: string;
  /** When it ended, as ISO 8601. */
  readonly finishedAt: string;
  /** The name of its student, where it has one. */
  readonly student?: string;
}

/** How a measure changed from the first run to the second. */
export interface MeasureChange {
  /** The measure, such as `accuracy`, `sizeBytes` or `latencyMs.p50`. */
  readonly measure: string;
  /** In the first run. */
  readonly a?: number;
  /** In the second run. */
  readonly b?: number;
  /** Second minus first, with its interval where one is known. */
  readonly difference?: number | Interval;
  /** Whether the interval is of the same items in pairs, or of two runs that nothing ties together. */
  readonly basis?: 'paired' | 'independent';
  /** Two-sided p of "no difference", where it is paired. */
  readonly p?: number;
  /** Whether the change is for the better; only where the interval excludes 0, or no interval is needed. */
  readonly verdict?: 'better' | 'worse' | 'level';
}

/** How one system changed. */
export interface SystemChange {
  /** Its name in the first run. */
  readonly a?: string;
  /** Its name in the second run. */
  readonly b?: string;
  /** The part that it plays. */
  readonly role: Role;
  /** Its accuracy in each run, with its interval. */
  readonly accuracy: { readonly a?: Interval; readonly b?: Interval };
  /** Its measures, accuracy first. */
  readonly measures: readonly MeasureChange[];
}

/** How the student's accuracy on a slice changed. */
export interface SliceChange {
  /** The trait. */
  readonly by: string;
  /** Its value. */
  readonly value: string;
  /** In the first run. */
  readonly a: Interval;
  /** In the second run. */
  readonly b: Interval;
  /** How many items the slice has in each run. */
  readonly n: readonly [a: number, b: number];
  /** Second minus first, with an interval as of independent runs. */
  readonly difference: Interval;
}

/** On how many of the common items each run's student is right. */
export interface ItemCounts {
  /** Both are right. */
  readonly both: number;
  /** Only the first run's is. */
  readonly onlyA: number;
  /** Only the second run's is. */
  readonly onlyB: number;
  /** Neither is. */
  readonly neither: number;
}

/** Two runs side by side. */
export interface RunComparison {
  /** The first run. */
  readonly a: RunSide;
  /** The second run. */
  readonly b: RunSide;
  /** What came of it, as one sentence. */
  readonly sentence: string;
  /** Whether and on what the runs are paired. */
  readonly pairing: {
    /** How many items both answered; 0 where the runs cannot be paired. */
    readonly items: number;
    /** The same as one sentence, with the reason. */
    readonly sentence: string;
  };
  /** What the two were given that is not the same. */
  readonly settings: readonly SettingChange[];
  /** Systems that both have, then those of one run alone. */
  readonly systems: readonly SystemChange[];
  /** Slices that both runs have, of their students, the largest change first. */
  readonly slices: readonly SliceChange[];
  /** What became of single items, where the runs are paired; of the first seed of each student. */
  readonly items?: ItemCounts;
}
