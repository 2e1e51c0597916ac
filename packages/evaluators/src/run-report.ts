import type { Comparison } from './comparison.js';
import type { Machine } from './experiment-result.js';
import type { Interval } from './interval.js';
import type { DataReport } from './data-report.js';
import type {
  ConfusionReport,
  LabelEfficiencyReport,
  LabelErrorCandidate,
  LabelMapping,
  Mistake,
  ReliabilityReport,
  RiskCoverageReport,
  TrainingCurve,
} from './report-details.js';
import type { Role } from './roles.js';
import type { StoredPredictions } from './stored-predictions.js';

/** Half and nineteen twentieths of the calls took at most so many milliseconds. */
export interface LatencyMs {
  /** The median, in milliseconds. */
  readonly p50: number;
  /** The 95th percentile, in milliseconds. */
  readonly p95: number;
}

/** What a run trained and tested on. */
export interface ReportDataset {
  /** The data set's name. */
  readonly name: string;
  /** All rows, before the split. */
  readonly rows: number;
  /** The data's sha256, in lower-case hexadecimal. */
  readonly sha256?: string;
  /** The classes' names, in the order of the model's outputs. */
  readonly classes: readonly string[];
  /** The parts: how many rows, and of how many groups (packages, documents, people). */
  readonly splits?: readonly {
    /** The part's name, such as `test`. */
    readonly name: string;
    /** How many rows. */
    readonly rows: number;
    /** Of how many groups. */
    readonly groups?: number;
  }[];
  /** The data's licence. */
  readonly license?: string;
  /** Where the data comes from. */
  readonly source?: string;
  /** How it was made, filtered and split, as sentences. */
  readonly note?: string;
}

/** One system's measures on the items that all systems were measured on. */
export interface SystemReport {
  /** The name that slices, comparisons and charts use. */
  readonly name: string;
  /** The part that it plays. */
  readonly role: Role;
  /** Share of items answered right, in `[0, 1]`; an abstention is wrong; the mean over seeds where there are several. */
  readonly accuracy: Interval;
  /** How many of the `n` items it gave no answer to. */
  readonly abstained?: number;
  /** Mean F1 over classes, in `[0, 1]`. */
  readonly macroF1?: number;
  /** Negative log-likelihood, in nats an item. */
  readonly nll?: number;
  /** Brier score, in `[0, 2]`. */
  readonly brier?: number;
  /** Expected calibration error, in `[0, 1]`. */
  readonly ece?: number;
  /** Share of items on which it answers as the teacher does. */
  readonly agreement?: number;
  /** Time of one call at batch 1. */
  readonly latencyMs?: LatencyMs;
  /** Bytes of what ships. */
  readonly sizeBytes?: number;
  /** The same after gzip. */
  readonly gzipBytes?: number;
  /** How many weights it has. */
  readonly parameters?: number;
  /** How many items it was measured on. */
  readonly n: number;
  /** Accuracy of each seed, where several were trained. */
  readonly seeds?: readonly {
    /** The seed. */
    readonly seed: number;
    /** What the run with it reached. */
    readonly accuracy: number;
  }[];
  /** How many labels by hand it was trained on. */
  readonly labels?: number;
  /** Further metrics, by name. */
  readonly metrics?: { readonly [name: string]: number };
  /** What a reader should know of this system, as one sentence. */
  readonly note?: string;
}

/** A system on items beyond the common ones: all test items, or a second test set. */
export interface SetReport {
  /** The set's name, such as `test` or `other ecosystems`. */
  readonly set: string;
  /** The system's name. */
  readonly system: string;
  /** As in {@link SystemReport}. */
  readonly accuracy: Interval;
  /** As in {@link SystemReport}. */
  readonly macroF1?: number;
  /** As in {@link SystemReport}. */
  readonly ece?: number;
  /** How many items the set has. */
  readonly n: number;
}

/** A system's accuracy on the items that share a trait. */
export interface SliceReport {
  /** The trait, such as `language`. */
  readonly by: string;
  /** Its value, such as `rust`. */
  readonly value: string;
  /** The system's name. */
  readonly system: string;
  /** As in {@link SystemReport}. */
  readonly accuracy: Interval;
  /** How many items share the trait. */
  readonly n: number;
  /** Of how many groups these items are; of one group alone, items were resampled instead. */
  readonly groups?: number;
}

/** What a run asked of its teacher. */
export interface TeacherReport {
  /** Model and revision. */
  readonly id?: string;
  /** Inputs that the teacher was asked about in this run. */
  readonly asked: number;
  /** Inputs whose answer was there already. */
  readonly cached: number;
  /** US dollars. */
  readonly costUsd: number;
  /** Wall-clock seconds of labelling. */
  readonly seconds: number;
  /** What the teacher's terms say of models trained on its answers. */
  readonly terms?: string;
}

/** One stage of a run. The stages' seconds add up to the run's wall time. */
export interface StageReport {
  /** The stage's name. */
  readonly name: string;
  /** Wall-clock seconds. */
  readonly seconds: number;
  /** Whether an earlier run's result was used. */
  readonly cached?: boolean;
  /** Peak resident memory so far, in bytes. */
  readonly peakRssBytes?: number;
}

/** What ships. */
export interface StudentReport {
  /** The sha256 of the float32 weights' file, in lower-case hexadecimal. */
  readonly weightsSha256: string;
  /** How many weights the student has. */
  readonly parameters: number;
  /** The family and its sizes, in words. */
  readonly architecture?: string;
  /** Options of training and what they were set to, as shown to people. */
  readonly training?: { readonly [option: string]: string };
  /** The files in its folder. */
  readonly files: readonly {
    /** Where it lies in the folder. */
    readonly path: string;
    /** Its bytes. */
    readonly sizeBytes: number;
    /** Its bytes after gzip. */
    readonly gzipBytes?: number;
    /** Its sha256, in lower-case hexadecimal. */
    readonly sha256: string;
  }[];
  /** What the export gate measured, one line a check. */
  readonly gate?: readonly {
    /** What was checked. */
    readonly name: string;
    /** Whether it passed. */
    readonly passed: boolean;
    /** What was measured, in words. */
    readonly detail: string;
  }[];
  /** What the start-up check of the targets' alignment said. */
  readonly canary?: 'passed' | 'warned' | 'off';
}

/** Everything that a run found, as `report.json` holds it. Fields that are not listed here are kept by readers. */
export interface RunReport {
  /** The file format's version. */
  readonly formatVersion: 1;
  /** The run's name. */
  readonly name: string;
  /** What the run is about, as a heading for people. @defaultValue the name */
  readonly title?: string;
  /** What the student does, as one or two sentences. */
  readonly summary?: string;
  /** What distillation bought, as one sentence. */
  readonly headline?: string;
  /** The command that makes this report. */
  readonly command?: string;
  /** When the run ended, as ISO 8601. */
  readonly finishedAt: string;
  /** The seeds of everything random in it. */
  readonly seeds: readonly number[];
  /** What it trained and tested on. */
  readonly dataset: ReportDataset;
  /** Every system on the same items. */
  readonly systems: readonly SystemReport[];
  /** Systems on further items. */
  readonly sets?: readonly SetReport[];
  /** Accuracy by trait. */
  readonly slices: readonly SliceReport[];
  /** Paired comparisons. */
  readonly comparisons: readonly Comparison[];
  /** What the teacher was asked, absent where a run has none. */
  readonly teacher?: TeacherReport;
  /** Where the time went. */
  readonly stages: readonly StageReport[];
  /** Training curves, one a training run. */
  readonly curves?: readonly TrainingCurve[];
  /** What distillation bought, in labels. */
  readonly labelEfficiency?: LabelEfficiencyReport;
  /** Which classes were taken for which. */
  readonly confusion?: readonly ConfusionReport[];
  /** How far confidence can be trusted. */
  readonly reliability?: readonly ReliabilityReport[];
  /** How often answers are wrong when the least sure ones are held back. */
  readonly riskCoverage?: readonly RiskCoverageReport[];
  /** The surest wrong answers, worst first. */
  readonly mistakes?: readonly Mistake[];
  /** Items whose given label a model of the run doubts, most doubtful first: candidates, which a person must look at. */
  readonly labelErrors?: readonly LabelErrorCandidate[];
  /** How `labelErrors` were found, as one sentence. */
  readonly labelErrorsNote?: string;
  /** Where the records went and what they are like, for the data card. */
  readonly data?: DataReport;
  /** What the systems answered on the common items, so that a later run can be compared item by item. */
  readonly predictions?: StoredPredictions;
  /** How other systems' labels were read as ours. */
  readonly labelMapping?: readonly LabelMapping[];
  /** What ships. */
  readonly student?: StudentReport;
  /** Where it ran. */
  readonly machine?: Machine;
  /** Versions of packages, by name. */
  readonly versions?: { readonly [name: string]: string };
  /** What a reader should know beside the numbers, one sentence each. */
  readonly notes?: readonly string[];
}
