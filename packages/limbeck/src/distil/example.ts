/** Where a record came from: the data itself, or one of the sets that were given beside it. */
export type Origin = 'data' | 'validation' | 'test' | 'unlabelled';

/** One good record. */
export interface Example {
  /** Its place among the good records. */
  readonly at: number;
  /** Its text, columns joined. */
  readonly text: string;
  /** The index of its label; `undefined` where it has none. */
  readonly label?: number;
  /** What keeps it with others on one side of the split. */
  readonly group?: string;
  /** Which set it came in. */
  readonly origin: Origin;
}

/** The parts that examples are put into. */
export const partNames = ['train', 'validation', 'test', 'unlabelled'] as const;

/** One of them. */
export type PartName = (typeof partNames)[number];

/** Examples by part. */
export type Parts = { readonly [Part in PartName]: readonly Example[] };
