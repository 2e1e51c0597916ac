/** A measured value with the interval that it may lie in. */
export interface Interval {
  /** The point estimate. */
  readonly value: number;
  /** The interval's lower end. */
  readonly low: number;
  /** The interval's upper end. */
  readonly high: number;
}
