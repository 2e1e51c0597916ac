/** Where a run's records went and what they are like: what a data card says beyond `ReportDataset`. */
export interface DataReport {
  /** Records found in the files, those that could not be read among them. */
  readonly records: number;
  /** Records that could not be read, and were set aside. */
  readonly bad?: number;
  /** Why they could not: how many for each reason. */
  readonly badReasons?: { readonly [reason: string]: number };
  /** Where they were set aside, as a path in the run's folder. */
  readonly deadLetter?: string;
  /** Good records that were left out on purpose: how many for each reason, such as `empty text` or `exact duplicate`. */
  readonly leftOut?: { readonly [reason: string]: number };
  /** What repeats among the good records. */
  readonly duplicates?: {
    /** Records whose text another one before them has. */
    readonly exact: number;
    /** Records that are nearly another one, as verified. */
    readonly near?: number;
    /** What was done about them, as one sentence. */
    readonly note?: string;
  };
  /** What two parts of the data share, and so leaks from one into the other: 0 says that none was found. */
  readonly leaks?: readonly DataLeak[];
  /** How many rows each class has, in the order of the classes. */
  readonly labels: readonly LabelCount[];
  /** How long the inputs are. */
  readonly lengths?: {
    /** What is counted. */
    readonly unit: 'characters' | 'bytes' | 'words' | 'tokens';
    /** Lengths by the share of inputs that are at most so long, in rising order. */
    readonly quantiles: readonly {
      /** In `[0, 1]`: 0 is the shortest, 0.5 the median, 1 the longest. */
      readonly share: number;
      /** The length. */
      readonly value: number;
    }[];
    /** Inputs that are longer than the student reads. */
    readonly cut?: number;
  };
  /** Which columns were read as what, such as `{ text: 'subject, body', label: 'kind' }`. */
  readonly columns?: { readonly [part: string]: string };
  /** The natural languages of the inputs, as ISO 639-1 codes. */
  readonly language?: readonly string[];
}

/** What two parts of the data share. */
export interface DataLeak {
  /** The two parts, such as `train` and `test`. */
  readonly between: readonly string[];
  /** Inputs of the second that the first holds too. */
  readonly exact: number;
  /** Inputs of the second that are nearly one of the first. */
  readonly near?: number;
  /** Groups that have inputs in both. */
  readonly groups?: number;
}

/** How often a class occurs. */
export interface LabelCount {
  /** The class's name. */
  readonly label: string;
  /** Its rows. */
  readonly rows: number;
  /** Its rows by part, such as `{ train: 80, test: 20 }`. */
  readonly splits?: { readonly [split: string]: number };
}
