import { LimbeckError } from '@limbeck/core';
import type { ClassProbabilities, Predictions } from '../predictions.js';
import type { Calibration } from './calibration.js';
import { type ClassLogits, logitsOf, softmaxRow } from './logits.js';
import { logOdds, sigmoid } from './platt.js';

/**
 * Corrected probabilities. Answers stay as they are, and so do abstentions.
 *
 * @throws LimbeckError `invalid-data` for a calibration that is none; and as `checkProbabilities`
 */
export function calibrate(
  calibration: Calibration,
  given: ClassLogits | Predictions,
): ClassProbabilities {
  checkCalibration(calibration);
  const { classes } = given;
  const logits = logitsOf('calibrate', given);
  const probabilities = new Float64Array(logits.length);
  const temperature = calibration.kind === 'temperature' ? calibration.temperature : 1;
  for (let start = 0; start < logits.length; start += classes) {
    const row = probabilities.subarray(start, start + classes);
    if ('probabilities' in given) {
      const own = given.probabilities.subarray(start, start + classes);
      if (own.every((p) => p === 0)) continue;
    }
    softmaxRow(logits.subarray(start, start + classes), temperature, row);
    if (calibration.kind !== 'temperature') bend(calibration, row);
  }
  return { probabilities, classes };
}

/** One class's probability on the curve, before the row is divided by its sum. */
export function calibratedProbability(
  calibration: Exclude<Calibration, { kind: 'temperature' }>,
  p: number,
): number {
  if (calibration.kind === 'platt') return sigmoid(calibration.a * logOdds(p) + calibration.b);
  const { x, y } = calibration;
  if (p <= x[0]!) return y[0]!;
  const above = x.findIndex((corner) => corner >= p);
  if (above < 0) return y.at(-1)!;
  const share = (p - x[above - 1]!) / (x[above]! - x[above - 1]!);
  return y[above - 1]! + share * (y[above]! - y[above - 1]!);
}

/** Sends a row along the curve. A row that the curve sends to zeros alone stays as it is. */
function bend(calibration: Exclude<Calibration, { kind: 'temperature' }>, row: Float64Array): void {
  const bent = row.map((p) => calibratedProbability(calibration, p));
  const sum = bent.reduce((total, p) => total + p, 0);
  if (sum <= 0) return;
  for (let c = 0; c < row.length; c++) row[c] = bent[c]! / sum;
}

/** Refuses what is no calibration. @throws LimbeckError `invalid-data` */
function checkCalibration(calibration: Calibration): void {
  // Files and untyped callers may hold anything.
  const given = calibration as Calibration | null | undefined;
  const finite = (values: readonly unknown[]): boolean => values.every(Number.isFinite);
  const rises = (list: readonly number[], least: number): boolean =>
    list.every((value, i) => i === 0 || value - list[i - 1]! > least);
  switch (given?.kind) {
    case undefined:
      break;
    case 'temperature':
      if (finite([given.temperature]) && given.temperature > 0) return;
      break;
    case 'platt':
      if (finite([given.a, given.b]) && given.a >= 0) return;
      break;
    case 'isotonic': {
      const { x, y } = given;
      if (!Array.isArray(x) || !Array.isArray(y)) break;
      const fits = x.length > 0 && x.length === y.length && finite(x) && finite(y);
      if (fits && rises(x, 0) && rises(y, -1e-12) && y[0]! >= 0) return;
      break;
    }
  }
  throw new LimbeckError('invalid-data', {
    where: 'calibrate',
    given: (JSON.stringify(calibration) ?? typeof calibration).slice(0, 200),
    expected:
      'a temperature above 0, a slope a of at least 0 with an intercept b, or points x that rise with values y that never fall',
    next: 'Pass what fitTemperature, fitPlatt or fitIsotonic returned.',
  });
}
