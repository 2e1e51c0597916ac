import type { LabelledText } from '../rows.js';

/** The probability of every label, in the order of the labels. */
export type Probabilities = readonly number[];

/** What the page asks of the worker. */
export type Request =
  | { readonly kind: 'train'; readonly rows: readonly LabelledText[]; readonly seed: number }
  | { readonly kind: 'stop' }
  /** The text in the page's field: answered at every evaluation, and at once when the training is over. */
  | { readonly kind: 'text'; readonly text: string };

/** What was made of the rows before training. */
export interface Split {
  readonly labels: readonly string[];
  /** Rows to learn from. */
  readonly train: number;
  /** Rows to be judged on. */
  readonly heldOut: number;
  /** Rows whose text another one has too, or nearly: on the same side. */
  readonly duplicates: number;
  /** How often the commonest label is right on the held-out rows. */
  readonly majority: number;
}

/** What a training leaves. */
export interface Trained {
  readonly labels: readonly string[];
  /** The student's folder, by path. */
  readonly files: { readonly [path: string]: Uint8Array };
  /** On the held-out rows, of the state that ships. */
  readonly accuracy: number;
  readonly parameters: number;
  readonly seconds: number;
}

/** What the worker tells the page. */
export type Report =
  | ({ readonly kind: 'split' } & Split)
  | {
      readonly kind: 'step';
      readonly step: number;
      readonly steps: number;
      readonly loss: number;
      readonly secondsLeft: number;
    }
  | { readonly kind: 'evaluation'; readonly step: number; readonly accuracy: number }
  | ({ readonly kind: 'trained' } & Trained)
  | {
      readonly kind: 'answer';
      readonly text: string;
      readonly labels: readonly string[];
      readonly probabilities: Probabilities;
      /** How long the student took; undefined while it still learns. */
      readonly milliseconds?: number;
    }
  | { readonly kind: 'stopped' }
  | { readonly kind: 'failed'; readonly message: string; readonly next: string };
