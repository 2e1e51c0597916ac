/**
 * What the systems of a run answered, item by item. Two runs whose items are the same can be compared in pairs, which
 * tells smaller differences apart than their intervals do.
 */
export interface StoredPredictions {
  /** Which set the items are of, such as `test`. */
  readonly set: string;
  /** What tells an item from others in any run, such as the start of its text's sha256; each occurs once. */
  readonly items: readonly string[];
  /** `[items]`: indices of the true classes. */
  readonly labels: readonly number[];
  /** `[items]`: the group of each item (package, document, person), where groups are resampled as a whole. */
  readonly groups?: readonly number[];
  /** What each system answered. */
  readonly systems: readonly {
    /** The system's name. */
    readonly name: string;
    /** `[items]` of each seed: indices of the classes answered, −1 for no answer. */
    readonly answers: readonly (readonly number[])[];
  }[];
}
