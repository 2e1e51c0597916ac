import { checkWhole, LimbeckError } from '@limbeck/core';
import { parseConfig, type StudentConfig } from './config.js';
import { encodeText, padBytes } from './encode.js';
import { softmax } from './softmax.js';
import type { SessionFactory, StudentSession } from './session.js';

/** What a student says of one text. */
export interface Prediction<Label extends string> {
  /** The most probable label. */
  readonly label: Label;
  /** Its probability. */
  readonly probability: number;
  /** The probability of every label; they sum to 1. */
  readonly probabilities: { readonly [L in Label]: number };
}

/** Options of {@link Student.predict}. */
export interface PredictOptions {
  /** Stops between two batches. */
  readonly abortSignal?: AbortSignal | undefined;
}

/** A student that predicts. */
export interface Student<Label extends string = string> {
  /** The labels, in the order of the logits. */
  readonly labels: readonly Label[];
  /** What the folder says about the student. */
  readonly config: StudentConfig;
  /**
   * One prediction a text, in the order of the texts. An empty text is read as a single line feed, a text longer than
   * `config.maxBytes` is cut, no texts give no predictions.
   *
   * @throws LimbeckError `aborted` by the abort signal; `disposed` after `dispose`; `engine-failed`.
   */
  predict(
    texts: readonly string[],
    options?: PredictOptions,
  ): Promise<readonly Prediction<Label>[]>;
  /** Lets the engine's memory go. Safe to call twice. */
  dispose(): Promise<void>;
}

/** A student's files, already read. */
export interface StudentFiles {
  /** The text of `config.json`. */
  readonly config: string;
  /** The bytes of an ONNX file. */
  readonly model: Uint8Array;
}

/** Options of {@link loadStudentFrom}. */
export interface StudentOptions<Label extends string> {
  /** The labels that the program is written for; the student must have exactly these. @defaultValue no check */
  readonly labels?: readonly Label[];
  /** How many texts run at once, at most. @defaultValue 32 */
  readonly batchSize?: number;
}

/**
 * Makes a student of files that are already in memory, in Node or in a browser.
 *
 * @throws LimbeckError `corrupt-file`, `format-too-new`, `corrupt-onnx` for files that are not a student's;
 * `invalid-option` for a batch size below 1 or labels that are not the student's.
 */
export async function loadStudentFrom<const Label extends string = string>(
  files: StudentFiles,
  createSession: SessionFactory,
  options: StudentOptions<Label> = {},
): Promise<Student<Label>> {
  const { labels, batchSize = 32 } = options;
  checkWhole('loadStudent', { batchSize }, 1, 'Use 32, or 1 where memory is short.');
  const config = parseConfig(files.config);
  if (labels !== undefined) checkLabels(config.labels, labels);
  const session = await createSession(files.model);
  return new SessionStudent(config, session, batchSize) as Student as Student<Label>;
}

function checkLabels(found: readonly string[], expected: readonly string[]): void {
  const missing = expected.filter((label) => !found.includes(label));
  const more = found.filter((label) => !expected.includes(label));
  if (missing.length === 0 && more.length === 0) return;
  throw new LimbeckError('invalid-option', {
    where: 'loadStudent',
    given: `labels that are not the student's: it lacks [${missing.join(', ')}] and also has [${more.join(', ')}]`,
    expected: `the labels ${found.join(', ')}`,
    next: 'Load the folder that belongs to this program, or list the labels that the student has.',
  });
}

class SessionStudent implements Student {
  readonly labels: readonly string[];
  #session: StudentSession | undefined;

  constructor(
    readonly config: StudentConfig,
    session: StudentSession,
    private readonly batchSize: number,
  ) {
    this.labels = config.labels;
    this.#session = session;
  }

  async predict(
    texts: readonly string[],
    options: PredictOptions = {},
  ): Promise<readonly Prediction<string>[]> {
    const { maxBytes, padId } = this.config;
    const encoded = texts.map((text) => encodeText(text, maxBytes));
    // Texts of like length share a batch, so that little of it is padding.
    const order = encoded
      .map((_, i) => i)
      .sort((a, b) => lengthOf(encoded, a) - lengthOf(encoded, b));
    const predictions = Array.from<Prediction<string>>({ length: texts.length });
    for (let start = 0; start < order.length; start += this.batchSize) {
      if (options.abortSignal?.aborted === true)
        throw aborted(start, texts.length, options.abortSignal);
      const rows = order.slice(start, start + this.batchSize);
      const batch = padBytes(
        rows.map((i) => encoded[i] ?? new Uint8Array()),
        padId,
      );
      const logits = await this.#running().run(batch, rows.length);
      this.#check(logits, rows.length);
      rows.forEach((i, row) => (predictions[i] = this.#prediction(logits, row)));
    }
    return predictions;
  }

  async dispose(): Promise<void> {
    const session = this.#session;
    this.#session = undefined;
    await session?.dispose();
  }

  #running(): StudentSession {
    if (this.#session !== undefined) return this.#session;
    throw new LimbeckError('disposed', {
      where: 'predict',
      given: 'a student after dispose()',
      expected: 'one that is still loaded',
      next: 'Load it again, or dispose of it later.',
    });
  }

  #check(logits: Float32Array, size: number): void {
    if (logits.length !== size * this.labels.length) {
      throw new LimbeckError('shape-mismatch', {
        where: 'predict',
        given: `${logits.length} logits for ${size} texts`,
        expected: `[${size}, ${this.labels.length}], one a label of config.json`,
        next: 'The files do not belong together: export the student again.',
      });
    }
    if (!logits.every(Number.isFinite)) {
      throw new LimbeckError('engine-failed', {
        where: 'predict',
        given: 'logits that are not finite',
        expected: 'numbers',
        next: 'The weights are damaged, or the student was exported after training had diverged: export it again.',
      });
    }
  }

  #prediction(logits: Float32Array, row: number): Prediction<string> {
    const count = this.labels.length;
    const values = softmax(
      logits.subarray(row * count, (row + 1) * count),
      this.config.temperature,
    );
    const best = values.indexOf(Math.max(...values));
    return {
      label: this.labels[best] ?? '',
      probability: values[best] ?? 0,
      probabilities: Object.fromEntries(this.labels.map((label, i) => [label, values[i] ?? 0])),
    };
  }
}

function lengthOf(encoded: readonly Uint8Array[], i: number): number {
  return encoded[i]?.length ?? 0;
}

function aborted(done: number, all: number, abortSignal: AbortSignal): LimbeckError {
  return new LimbeckError('aborted', {
    where: 'predict',
    given: `an aborted signal after ${done} of ${all} texts`,
    expected: 'time for all of them',
    next: 'Call predict again with fewer texts, or without the signal.',
    cause: abortSignal.reason,
  });
}
