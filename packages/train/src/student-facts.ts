import { type JsonObject, LimbeckError } from '@limbeck/core';

/**
 * How a predictor corrects the probabilities, as the `fit` functions of calibration in `@limbeck/evaluators` give it.
 *
 * ```text
 * temperature   q = softmax(logits / temperature)
 * platt         q_c ∝ 1 / (1 + exp(−(a · log(p_c / (1 − p_c)) + b)))        p = softmax(logits)
 * isotonic      q_c ∝ f(p_c), linear between the points (x, y)
 * ```
 */
export type StudentCalibration =
  | { readonly kind: 'temperature'; readonly temperature: number }
  | { readonly kind: 'platt'; readonly a: number; readonly b: number }
  | { readonly kind: 'isotonic'; readonly x: readonly number[]; readonly y: readonly number[] };

/** From which probability on a predictor calls an answer sure. */
export interface StudentThreshold {
  /** The label that it is for. @defaultValue whichever label is the answer */
  readonly label?: string;
  /** The least probability, in [0, 1]. */
  readonly probability: number;
  /** The share of such answers that was right on validation data, in [0, 1]. */
  readonly precision: number;
}

/** What a student's `config.json` may say beside its labels. */
export interface StudentFacts {
  /** How a predictor corrects the probabilities. @defaultValue not written */
  readonly calibration?: StudentCalibration;
  /** The name of the field that is predicted. @defaultValue `label`, and not written */
  readonly field?: string;
  /** The JSON Schema of the record that a prediction is. @defaultValue not written */
  readonly schema?: JsonObject;
  /** From which probability on an answer is sure. @defaultValue not written */
  readonly threshold?: StudentThreshold;
}

/** The facts that are there, checked, as they stand in `config.json`. @throws LimbeckError `invalid-option` */
export function factsToJson(
  { calibration, field, schema, threshold }: StudentFacts,
  labels: readonly string[],
): JsonObject {
  if (calibration !== undefined) checkCalibration(calibration);
  if (field !== undefined && (typeof field !== 'string' || field === '')) {
    throw refused('field', field, 'a name', 'Leave it out for "label".');
  }
  if (threshold !== undefined) checkThreshold(threshold, labels);
  return {
    ...(calibration === undefined ? {} : { calibration: { ...calibration } }),
    ...(field === undefined ? {} : { field }),
    ...(schema === undefined ? {} : { schema }),
    ...(threshold === undefined ? {} : { threshold: { ...threshold } }),
  };
}

function checkCalibration(calibration: StudentCalibration): void {
  const isNumber = (value: unknown): boolean => Number.isFinite(value);
  switch (calibration.kind) {
    case 'temperature':
      if (isNumber(calibration.temperature) && calibration.temperature > 0) return;
      break;
    case 'platt':
      if (isNumber(calibration.a) && isNumber(calibration.b) && calibration.a >= 0) return;
      break;
    case 'isotonic': {
      const { x, y } = calibration;
      const paired = x.length > 0 && x.length === y.length && [...x, ...y].every(isNumber);
      const rises = x.every((value, i) => i === 0 || value > x[i - 1]!);
      if (paired && rises && y.every((value, i) => value >= (y[i - 1] ?? 0) - 1e-12)) return;
      break;
    }
  }
  throw refused(
    'calibration',
    calibration,
    'a temperature above 0, a and b with a of at least 0, or points x that rise with values y that never fall',
    'Pass what fitTemperature, fitPlatt or fitIsotonic of @limbeck/evaluators gave.',
  );
}

function checkThreshold(threshold: StudentThreshold, labels: readonly string[]): void {
  const isShare = (value: number): boolean => value >= 0 && value <= 1;
  const { label, probability, precision } = threshold;
  const known = label === undefined || labels.includes(label);
  if (known && isShare(probability) && isShare(precision)) return;
  throw refused(
    'threshold',
    threshold,
    `one of the labels ${labels.join(', ')} or none, and shares in [0, 1]`,
    'Work it out on validation data, after the calibration.',
  );
}

function refused(name: string, given: unknown, expected: string, next: string): LimbeckError {
  return new LimbeckError('invalid-option', {
    where: `studentFiles, ${name}`,
    given: (JSON.stringify(given) ?? 'undefined').slice(0, 200),
    expected,
    next,
  });
}
