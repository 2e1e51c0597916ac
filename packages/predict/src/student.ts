import { checkWhole, LimbeckError } from '@limbeck/core';
import { parseConfig, type StudentConfig } from './config.js';
import { padBytes } from './encode.js';
import { lengthReader } from './length-read.js';
import type { Explanation } from './explain.js';
import type { Prediction } from './prediction.js';
import { textReader } from './read-text.js';
import { checkRecordSchema, type LabelsOf, type RecordSchema } from './record-schema.js';
import type { SessionFactory, StudentSession } from './session.js';
import { SessionStudent } from './session-student.js';
import { misfit, type TokenEncoder, tokenEncoder, type TokenizersModule } from './tokens.js';

/** Options of {@link Student.predict}. */
export interface PredictOptions {
  /** Stops between two batches. */
  readonly abortSignal?: AbortSignal | undefined;
}

/** Options of {@link Student.explain}. */
export interface ExplainOptions<Label extends string> extends PredictOptions {
  /** The label to explain. @defaultValue the most probable one */
  readonly label?: Label;
  /**
   * How many pieces a text falls into at most, each of which costs a prediction: in a longer text neighbours are taken
   * together. @defaultValue 512
   */
  readonly maxPieces?: number;
}

/**
 * A student that predicts.
 *
 * @typeParam Label - The labels, where they are known.
 * @typeParam Fields - What each prediction has beside, by the schema that the student was loaded with.
 */
export interface Student<Label extends string = string, Fields extends object = object> {
  /** The labels, in the order of the logits. */
  readonly labels: readonly Label[];
  /** What the folder says about the student. */
  readonly config: StudentConfig;
  /** What runs it: `onnxruntime`, `plain`, or `own` for a session of the caller's. */
  readonly engine: string;
  /**
   * One prediction a text, in the order of the texts. No texts give no predictions. An empty text is read as a single line
   * feed, and a text longer than the student reads is cut, unless the student was loaded to refuse these.
   *
   * @throws LimbeckError `invalid-data` for what is no list of texts, `empty-data` for a text of which no token is left,
   * `aborted` by the abort signal; `disposed` after `dispose`; `engine-failed`.
   */
  predict(
    texts: readonly string[],
    options?: PredictOptions,
  ): Promise<readonly (Prediction<Label> & Fields)[]>;
  /**
   * Says which pieces of a text, as far as the student reads it, an answer owes most to: each is deleted once, and the fall of the label's log-odds is its
   * score. Where nothing is left to read, all labels count as equally likely. It works on any student, and costs one
   * prediction a piece.
   *
   * @throws LimbeckError `unknown-name` for a label that the student does not have; and as {@link predict}
   */
  explain(text: string, options?: ExplainOptions<Label>): Promise<Explanation<Label>>;
  /** Lets the engine's memory go. Safe to call twice. */
  dispose(): Promise<void>;
}

/** A student's files, already read. */
export interface StudentFiles {
  /** The text of `config.json`. */
  readonly config: string;
  /** The bytes of an ONNX file. */
  readonly model: Uint8Array;
  /** The text of `tokenizer.json`; for a student of tokens. */
  readonly tokenizer?: string | undefined;
  /** The text of `tokenizer_config.json`; for a student of tokens. @defaultValue an empty object */
  readonly tokenizerConfig?: string | undefined;
}

/** Options of {@link loadStudentFrom}. */
export interface StudentOptions<Label extends string, Fields extends object = object> {
  /** The labels that the program is written for; the student must have exactly these. @defaultValue no check */
  readonly labels?: readonly Label[];
  /**
   * A Standard Schema of the record that a prediction is, such as zod's: predictions have its fields, typed, and it must
   * let every label of the student through. @defaultValue no check
   */
  readonly schema?: RecordSchema<Fields>;
  /** How many texts run at once, at most. @defaultValue 32 */
  readonly batchSize?: number;
  /** Whether an empty text is read as a line feed, or refused with `empty-data`. @defaultValue 'read' */
  readonly emptyText?: 'read' | 'refuse';
  /** Whether a text longer than the student reads is cut, or refused with `invalid-data`. @defaultValue 'cut' */
  readonly longText?: 'cut' | 'refuse';
  /** The module `@huggingface/tokenizers`, for a student of tokens. @defaultValue it is imported */
  readonly tokenizers?: TokenizersModule;
}

/** The labels that a program knows: those listed, or those of the schema. */
export type KnownLabels<Label extends string, Fields extends object> = [LabelsOf<Fields>] extends [
  never,
]
  ? Label
  : string extends Label
    ? LabelsOf<Fields>
    : Label;

/**
 * Makes a student of files that are already in memory, in Node or in a browser.
 *
 * @throws LimbeckError `corrupt-file`, `format-too-new`, `corrupt-onnx` for files that are not a student's;
 * `shape-mismatch` for a tokenizer that does not fit; `invalid-option` for a batch size below 1, or labels or a schema
 * that are not the student's; `missing-dependency` for a student of tokens without `@huggingface/tokenizers`.
 */
export async function loadStudentFrom<
  const Label extends string = string,
  Fields extends object = object,
>(
  files: StudentFiles,
  createSession: SessionFactory,
  options: StudentOptions<Label, Fields> = {},
): Promise<Student<KnownLabels<Label, Fields>, Fields>> {
  const { labels, schema, batchSize = 32, tokenizers } = options;
  checkWhole('loadStudent', { batchSize }, 1, 'Use 32, or 1 where memory is short.');
  const config = parseConfig(files.config);
  if (labels !== undefined) checkLabels(config.labels, labels);
  if (schema !== undefined) await checkRecordSchema(config, schema);
  const load = tokenizers === undefined ? undefined : async () => tokenizers;
  const encoder = config.inputs === 'tokens' ? await tokenEncoder(config, files, load) : undefined;
  const session = await createSession(files.model);
  try {
    if (encoder !== undefined) await checkFit(session, encoder);
  } catch (error) {
    await session.dispose();
    throw error;
  }
  const student = new SessionStudent(
    config,
    session,
    textReader(config, encoder, options),
    lengthReader(config, encoder),
    batchSize,
  );
  return student as Student as unknown as Student<KnownLabels<Label, Fields>, Fields>;
}

/** Asks about the tokenizer's largest id, which a smaller table does not have. */
async function checkFit(session: StudentSession, { largestId }: TokenEncoder): Promise<void> {
  try {
    await session.run(padBytes([[largestId]], 0), 1);
  } catch (cause) {
    throw misfit(
      `a model that fails at the token ${largestId}`,
      'a row for every id of tokenizer.json',
      cause,
    );
  }
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
