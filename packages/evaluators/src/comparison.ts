/** Two systems measured on the same items: by how much one is better, and how sure that is. */
export interface Comparison {
  /** The metric's name, such as `accuracy`. */
  readonly metric: string;
  /** The system that is claimed to be better. */
  readonly better: string;
  /** The system that it is compared with. */
  readonly worse: string;
  /** Under which conditions, such as `{ set: 'other ecosystems' }`. */
  readonly factors?: { readonly [name: string]: string };
  /** By how much `better` is better, in the metric's unit; below 0 where it is not. */
  readonly difference: number;
  /** Lower end of the difference's interval. */
  readonly low: number;
  /** Upper end of the difference's interval. */
  readonly high: number;
  /** Two-sided p-value of "no difference", in `(0, 1]`. */
  readonly p: number;
}
