import type { Interval } from './interval.js';

/** How a training run went. */
export interface TrainingCurve {
  /** Which run: a system's name, with its seed where there are several. */
  readonly system: string;
  /** Values by optimiser step, in rising order. */
  readonly points: readonly {
    /** Optimiser steps done. */
    readonly step: number;
    /** Values by name, such as `loss` or `validation accuracy`. */
    readonly values: { readonly [name: string]: number };
  }[];
}

/** Accuracy by how many labels a student had, and where the distilled one lies. */
export interface LabelEfficiencyReport {
  /** The same student trained on more and more labels, without a teacher. */
  readonly points: readonly {
    /** How many labels. */
    readonly labels: number;
    /** Their share of all labels, in `(0, 1]`. */
    readonly share: number;
    /** Accuracy on the common items. */
    readonly accuracy: Interval;
  }[];
  /** The distilled student. */
  readonly distilled: {
    /** How many labels it had. */
    readonly labels: number;
    /** Accuracy on the common items. */
    readonly accuracy: Interval;
  };
  /** How many labels reach the distilled student's accuracy; `null` where no number of labels at hand does. */
  readonly equivalentLabels: number | null;
  /** The same as one sentence. */
  readonly sentence: string;
}

/** A system's answers by true class. */
export interface ConfusionReport {
  /** The system's name. */
  readonly system: string;
  /** Names of the classes. */
  readonly classes: readonly string[];
  /** `[classes, classes]`: how many items of the row's class were taken for the column's. */
  readonly counts: readonly (readonly number[])[];
  /** `[classes]`: how many items of each class had no answer. */
  readonly abstained?: readonly number[];
}

/** Items whose confidence lies in `(low, high]`. */
export interface ReliabilityBin {
  /** Lower end of the confidence, not included (except 0). */
  readonly low: number;
  /** Upper end of the confidence, included. */
  readonly high: number;
  /** How many items. */
  readonly count: number;
  /** Their mean confidence; 0 for an empty bin. */
  readonly confidence: number;
  /** Share of them that is right; 0 for an empty bin. */
  readonly accuracy: number;
}

/** A system's confidence against how often it is right. */
export interface ReliabilityReport {
  /** The system's name. */
  readonly system: string;
  /** Expected calibration error over these bins. */
  readonly ece: number;
  /** The bins, in rising order. */
  readonly bins: readonly ReliabilityBin[];
}

/** How often a system is wrong when it answers only where it is surest. */
export interface RiskCoverageReport {
  /** The system's name. */
  readonly system: string;
  /** From few answers to all of them. */
  readonly points: readonly {
    /** The share of items that are answered, the surest ones, in `(0, 1]`. */
    readonly coverage: number;
    /** The share of these answers that is wrong, in `[0, 1]`. */
    readonly risk: number;
  }[];
  /** The mean risk over all coverages (AURC), in `[0, 1]`. */
  readonly area?: number;
}

/** One wrong answer. */
export interface Mistake {
  /** Which system gave it. */
  readonly system?: string;
  /** The input, as text; pages show it escaped. */
  readonly text: string;
  /** The true class's name. */
  readonly label: string;
  /** The class that was answered. */
  readonly predicted: string;
  /** The probability given to the wrong class. */
  readonly probability: number;
  /** What the teacher answered. */
  readonly teacher?: string;
  /** Where the input comes from. */
  readonly source?: string;
}

/** An item whose given label may be wrong. */
export interface LabelErrorCandidate {
  /** The input, as text; pages show it escaped. */
  readonly text: string;
  /** The label that the data give it. */
  readonly label: string;
  /** The class that a model of the run holds more likely. */
  readonly suggested: string;
  /** The probability that the model gives to the suggested class. */
  readonly probability: number;
  /** Where the input comes from, such as its file and line. */
  readonly source?: string;
}

/** How a system's own labels were read as the task's classes. */
export interface LabelMapping {
  /** The system's name. */
  readonly system: string;
  /** Own label to class; `null` for a label that stands for none of the classes. */
  readonly entries: readonly {
    /** The system's own label. */
    readonly from: string;
    /** The class that it is read as. */
    readonly to: string | null;
  }[];
  /** Classes that the system does not know. */
  readonly unknown?: readonly string[];
}
