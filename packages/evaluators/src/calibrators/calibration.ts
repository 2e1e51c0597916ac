/** Divides the logits before the softmax. */
export interface TemperatureCalibration {
  /** Which calibration this is. */
  readonly kind: 'temperature';
  /** The divisor, above 0; dimensionless. */
  readonly temperature: number;
}

/** A logistic curve over the log-odds of each class. */
export interface PlattCalibration {
  /** Which calibration this is. */
  readonly kind: 'platt';
  /** Slope, at least 0. */
  readonly a: number;
  /** Intercept. */
  readonly b: number;
}

/** A curve that never falls, linear between its points and flat beyond them. */
export interface IsotonicCalibration {
  /** Which calibration this is. */
  readonly kind: 'isotonic';
  /** Probabilities as the model gives them, strictly rising. */
  readonly x: readonly number[];
  /** What they are worth, `[points]`, never falling. */
  readonly y: readonly number[];
}

/**
 * How a classifier's probabilities are corrected, as plain JSON; the key `limbeck.calibration` of a student's `config.json`.
 *
 * ```text
 * temperature   q = softmax(logits / temperature)
 * platt         q_c ∝ f(p_c),  f(p) = 1 / (1 + exp(−(a · log(p / (1 − p)) + b)))
 * isotonic      q_c ∝ f(p_c),  f linear between the points (x, y)
 * ```
 *
 * `f` is one curve for all classes and never falls (the `fit` functions make one that rises), so answers stay the same;
 * `p = softmax(logits)`, and `∝` says that the row is divided by its sum afterwards.
 */
export type Calibration = TemperatureCalibration | PlattCalibration | IsotonicCalibration;
