import { calibrated, type Calibration } from './calibration.js';
import type { StudentConfig } from './config.js';

/** What a student says of one text. */
export interface Prediction<Label extends string> {
  /** The most probable label. */
  readonly label: Label;
  /** Its probability, calibrated as the student was. */
  readonly probability: number;
  /** The probability of every label; they sum to 1. */
  readonly probabilities: { readonly [L in Label]: number };
  /**
   * Whether the answer is sure: its probability reaches the threshold that is stored with the student, so that it is
   * as often right as was asked for. Absent where no threshold is stored.
   */
  readonly sure?: boolean;
}

/** How logits become probabilities. */
export function calibrationOf({ calibration, temperature }: StudentConfig): Calibration {
  return calibration ?? { kind: 'temperature', temperature };
}

/** Makes a student's predictions of logits, `[labels]`. */
export function predictor(config: StudentConfig): (logits: Float32Array) => Prediction<string> {
  const { labels, field, threshold } = config;
  const calibration = calibrationOf(config);
  return (logits) => {
    const values = calibrated(logits, calibration);
    const best = values.indexOf(Math.max(...values));
    const label = labels[best]!;
    const probability = values[best]!;
    return {
      // The record itself, where its field has another name than ours.
      ...(field === 'label' ? {} : { [field]: label }),
      label,
      probability,
      probabilities: Object.fromEntries(labels.map((each, i) => [each, values[i]!])),
      ...(threshold === undefined
        ? {}
        : {
            sure:
              (threshold.label === undefined || threshold.label === label) &&
              probability >= threshold.probability,
          }),
    };
  };
}
