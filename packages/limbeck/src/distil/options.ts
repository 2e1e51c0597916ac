import type { LongWork, Teacher } from '@limbeck/core';
import type { RunReport } from '@limbeck/evaluators';
import type { StandardSchemaV1 } from '@standard-schema/spec';
import type { TypedStudent } from './typed-student.js';

/** Records: a file or folder that `readRecords` of `@limbeck/data/node` reads, or objects. */
export type DistilData =
  | string
  | Iterable<{ readonly [column: string]: unknown }>
  | AsyncIterable<{ readonly [column: string]: unknown }>;

/** What a teacher from outside says of a text: a number for each label, in the order of the labels. */
export type TeacherSignals =
  | { readonly logits: Float32Array }
  | { readonly probabilities: Float32Array };

/** The student families that {@link distil} tries, smallest first. */
export const familyNames = ['ngram', 'conv', 'encoder'] as const satisfies readonly FamilyName[];

/** One of them: hashed byte n-grams, convolutions over bytes, a transformer encoder over bytes. */
export type FamilyName = 'ngram' | 'conv' | 'encoder';

/** What a {@link Peer} says of a text: its label, or the probability of each label. */
export type PeerAnswer = string | { readonly [label: string]: number };

/**
 * Another classifier, asked on the same split for comparison: it learns from labelled texts and answers with a label, or
 * with the probability of each label. It may answer at once or later.
 */
export type Peer = {
  /** Learns from texts with their labels. */
  fit(rows: readonly { readonly input: string; readonly output: string }[]): void | Promise<void>;
  /** One answer a text, in their order. */
  predict(texts: readonly string[]): readonly PeerAnswer[] | Promise<readonly PeerAnswer[]>;
};

/** Options of {@link distil}. */
export interface DistilOptions<
  Field extends string = string,
  Schema extends StandardSchemaV1 | undefined = StandardSchemaV1 | undefined,
  Label extends string = string,
> extends LongWork {
  /** The records. They are held in memory, as are their n-grams: some hundred thousand short texts. */
  readonly data: DistilData;
  /** The column with the text, or several, which are joined by line feeds. @defaultValue 'text' */
  readonly text?: string | readonly string[];
  /**
   * The column with the label; predictions bear it as a field. Records without a value there are texts that only the
   * teacher labels. @defaultValue 'label'
   */
  readonly label?: Field;
  /**
   * What a labelled record looks like: any Standard Schema that can say its JSON schema, such as
   * `z.object({ kind: z.enum(['spam', 'ham']) })`. The labels are those of the label's column. @defaultValue none
   */
  readonly schema?: Schema;
  /** The labels, in the order of the student's outputs. @defaultValue those of the schema, else those in the data, sorted */
  readonly labels?: readonly Label[];
  /** Who is distilled: a teacher of your own, or a larger model that the run trains on the labels. @defaultValue 'train' */
  readonly teacher?: Teacher<string, TeacherSignals> | 'train';
  /** More texts without labels, for the teacher to label. @defaultValue none */
  readonly unlabelled?: DistilData;
  /** Held-out records to choose by. @defaultValue a part of the data */
  readonly validation?: DistilData;
  /** Held-out records to report on. @defaultValue a part of the data */
  readonly test?: DistilData;
  /**
   * What happens to training texts that a given `validation` or `test` holds too, or nearly: `refuse` is the error
   * `split-leak`, `drop` leaves them out of training. @defaultValue 'refuse'
   */
  readonly leaks?: 'refuse' | 'drop';
  /** A column whose equal values stay on one side of the split: an author, a thread, a customer. @defaultValue none */
  readonly group?: string;
  /**
   * What happens to records that cannot be read: `deadLetter` puts them into a file of the run folder and goes on,
   * `throw` stops at the first. @defaultValue 'deadLetter'
   */
  readonly onBad?: 'deadLetter' | 'throw';
  /**
   * Seconds for training teacher and students. What does not fit by a forecast from measured steps is left out, and the
   * report says so; the smallest family always runs. @defaultValue 300
   */
  readonly budgetSeconds?: number;
  /** Which families to try. @defaultValue all, smallest first */
  readonly families?: readonly FamilyName[];
  /** Seeds of the students; the first one's ships. @defaultValue [0] */
  readonly seeds?: readonly number[];
  /** Seed of the split, of the teacher and of everything else that is drawn. @defaultValue 0 */
  readonly splitSeed?: number;
  /** Other classifiers to compare with, by name; give another name to one that has changed. @defaultValue none */
  readonly peers?: { readonly [name: string]: Peer };
  /** The run's name: lower-case words joined by hyphens. @defaultValue the data's file name, else `distil` */
  readonly name?: string;
  /** What the report calls the data, and what it says of it. @defaultValue the name, and no more */
  readonly about?: {
    /** The report's heading. */
    readonly title?: string;
    /** Where the data comes from. */
    readonly source?: string;
    /** The data's licence. */
    readonly license?: string;
    /** The natural languages of the texts, as ISO 639-1 codes. */
    readonly language?: readonly string[];
  };
  /** The folder that holds the runs. @defaultValue `.limbeck/runs` */
  readonly folder?: string;
}

/** The labels as strings: those of the schema's field, where there is a schema. */
export type LabelOf<Schema, Field extends string> =
  Schema extends StandardSchemaV1<unknown, infer Output>
    ? `${Extract<
        Output extends { readonly [F in Field]: infer Value } ? Value : Output,
        string | number | boolean
      >}`
    : string;

/** What {@link distil} returns. */
export interface Distilled<Field extends string, Label extends string> {
  /** The student that was chosen, loaded from its folder. */
  readonly student: TypedStudent<Field, Label>;
  /** Everything that the run found. */
  readonly report: RunReport;
  /** The run's folder: `report.html`, `report.json`, the cards, and `student/`. */
  readonly folder: string;
}
