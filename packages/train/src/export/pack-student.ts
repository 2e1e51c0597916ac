import { event, hostTensor, type JsonObject, LimbeckError, type LongWork } from '@limbeck/core';
import type { Engine, Runner } from '@limbeck/runtime';
import { checkEngine, checkOptions, checkShippable } from '../check-arguments.js';
import { sha256 } from '../checkpoint.js';
import type { Shippable } from '../program.js';
import type { FlatState } from '../state-tree.js';
import type { StudentFacts } from '../student-facts.js';
import { modelFiles, padId, studentFiles } from '../student-files.js';
import { idsOf, type StudentTokenizer } from '../student-tokenizer.js';
import {
  byteProbes,
  fileFeeds,
  type FloatGate,
  floatGate,
  slicedProbes,
  tokenProbes,
  wholeProbes,
} from './float-gate.js';
import {
  type Int4Options,
  type Int8Options,
  packInt4,
  packInt8,
  type QuantisedRecord,
} from './pack-quantised.js';
import {
  type FileNames,
  studentGraph,
  textClassifierNames,
  trainerGraph,
} from './student-graph.js';
import { countValues, weightsSha256 } from './weights.js';

/** Options of {@link packStudent}. */
export interface PackOptions extends LongWork, StudentFacts {
  /** What runs the files to compare them. */
  readonly engine: Engine;
  /** The labels, in the order of the logits. @defaultValue none: the student is no classifier */
  readonly labels?: readonly string[];
  /**
   * How many bytes of a text the student reads; needs `labels`. @defaultValue none: it reads no text, and its folder has
   * no tokenizer
   */
  readonly maxBytes?: number;
  /**
   * What turns texts into ids, for a student of tokens; needs `labels`, and is there in place of `maxBytes`.
   * @defaultValue none
   */
  readonly tokenizer?: StudentTokenizer;
  /** The model's family, such as `ngram`. @defaultValue the `family` of `model`, else `student` */
  readonly family?: string;
  /** The model's config: enough to rebuild it; goes into config.json. @defaultValue none */
  readonly model?: JsonObject;
  /** Names in the files. @defaultValue `input_ids`, `attention_mask` and `logits` from `ids`, `mask` and `logits` */
  readonly names?: FileNames;
  /**
   * At least 256 rows of inputs for the float32 gate, by the paths of the model's inputs; or a list of whole inputs, where
   * rows cannot be taken apart, as of a graph. @defaultValue random bytes, or tokens, where the file's inputs are `input_ids`
   * and `attention_mask`
   */
  readonly probes?: FlatState | readonly FlatState[];
  /** Held-out rows for the int8 file's gate. @defaultValue no int8 file */
  readonly int8?: Int8Options;
  /** Held-out rows for the 4-bit file's gate. @defaultValue no 4-bit file */
  readonly int4?: Int4Options;
}

/** What is known of a file that ships. */
export interface FileRecord {
  /** In bytes. */
  readonly sizeBytes: number;
  /** Lower-case hexadecimal. */
  readonly sha256: string;
}

/** What an export leaves to be told: sizes, hashes, and what the gates measured. */
export interface ExportRecord {
  /** The layout of this record. */
  readonly formatVersion: 1;
  /** By path in the folder. */
  readonly files: { readonly [path: string]: FileRecord };
  /** The sha256 over path, dtype, shape and bytes of each weight, in the order of the paths. */
  readonly weightsSha256: string;
  /** How many numbers the student has learnt or keeps. */
  readonly parameters: number;
  /** How far the float32 file is from the trainer's outputs. */
  readonly float32: FloatGate;
  /** What int8 cost, where it was asked for. */
  readonly int8?: QuantisedRecord;
  /** What 4 bits cost, where they were asked for. */
  readonly int4?: QuantisedRecord;
}

/** A student's folder in memory. */
export interface StudentPackage {
  /** Contents by path in the folder, such as `onnx/model.onnx`. */
  readonly files: { readonly [path: string]: Uint8Array };
  /** What was written and what the gates measured. */
  readonly record: ExportRecord;
}

/**
 * Everything that ships, checked: the ONNX file in float32, which must agree with the trainer's forward pass to 1e-5 on
 * 256 probes at batch 1 and 32; with `int8` and `int4` files of about a quarter and a sixth of its size, whose metric must
 * survive; and the text files with which transformers.js loads both, if the student reads texts.
 *
 * The int8 file keeps weights in int8 with a float32 scale a column, the 4-bit file with one for each 32 numbers of a
 * column; tables keep them too, and only the rows that are looked up are unpacked. Accuracy may drop by 0.5 points at most,
 * by 1 at the upper end of the interval. A matrix that does harm gets more bits.
 *
 * @throws LimbeckError `gate-failed` for a file that does not agree; `invalid-option`, `unknown-name`, `missing-signal`,
 * `shape-mismatch` for what does not fit the student, such as a tokenizer with more tokens than it has; `invalid-data` for a
 * tokenizer that is none; `aborted`
 */
export async function packStudent(
  student: Shippable,
  options: PackOptions,
): Promise<StudentPackage> {
  checkShippable('export', student);
  checkOptions('export', options);
  checkEngine('export', options.engine);
  checkValues(student.values);
  const { engine, labels, model, names = textClassifierNames } = options;
  const named = model?.['family'];
  const family = options.family ?? (typeof named === 'string' ? named : 'student');
  const hash = await weightsSha256(student.values);
  const texts = textFiles(options, { family, weightsSha256: hash });
  const files: { [path: string]: Uint8Array } = Object.fromEntries(
    Object.entries(texts).map(([path, text]) => [path, new TextEncoder().encode(text)]),
  );

  const graph = studentGraph(student, names);
  const loaded: Runner[] = [];
  const load = async (...given: Parameters<Engine['load']>): Promise<Runner> => {
    const runner = await engine.load(...given);
    loaded.push(runner);
    return runner;
  };
  try {
    // From the bytes alone: what is gated is what ships.
    const file = await load(graph.bytes);
    checkGoingOn(options);
    if (options.tokenizer !== undefined) await checkTokenizer(options.tokenizer, file);
    const trainer = await load(trainerGraph(student, names));
    const probes = probesOf(options, names).map((batch) => fileFeeds(names, batch));
    const float32 = await floatGate(trainer, file, student.values, probes);
    options.onEvent?.(event('export/gate', { file: 'onnx/model.onnx', ...float32 }));
    files['onnx/model.onnx'] = graph.bytes;
    if (labels !== undefined) checkLogits(labels, names, await file.run(probes[0]!));

    const source = { student, names, engine, float32: file, trainer };
    checkGoingOn(options);
    const int8 = options.int8 && (await packInt8(source, options.int8, options));
    if (int8 !== undefined) files['onnx/model_quantized.onnx'] = int8.bytes;
    checkGoingOn(options);
    const int4 = options.int4 && (await packInt4(source, options.int4, options));
    if (int4 !== undefined) files['onnx/model_q4.onnx'] = int4.bytes;
    return {
      files,
      record: {
        formatVersion: 1,
        files: await recordsOf(files),
        weightsSha256: hash,
        parameters: countValues(student.values),
        float32,
        ...(int8 && { int8: int8.record }),
        ...(int4 && { int4: int4.record }),
      },
    };
  } finally {
    await Promise.all(loaded.map((runner) => runner.dispose()));
  }
}

function isList(probes: PackOptions['probes']): probes is readonly FlatState[] {
  return Array.isArray(probes);
}

/** Probes may never look up the row that holds a NaN. @throws LimbeckError `gate-failed` */
function checkValues(values: FlatState): void {
  for (const [path, { dtype, data }] of Object.entries(values)) {
    if (dtype !== 'float32' && dtype !== 'float64') continue;
    const at = (data as Float32Array).findIndex((value) => Number.isNaN(value));
    if (at < 0) continue;
    throw new LimbeckError('gate-failed', {
      where: 'export',
      given: `NaN in "${path}", at index ${at}`,
      expected: 'weights that are numbers',
      next: 'No file was written. Ship the state of a checkpoint before, or train again with a lower rate.',
    });
  }
}

/** What stands beside the ONNX files: with a tokenizer where the student reads texts. */
function textFiles(
  options: PackOptions,
  made: { readonly family: string; readonly weightsSha256: string },
): { readonly [name: string]: string } {
  const { labels, maxBytes, tokenizer, model } = options;
  const about = { ...made, ...(model === undefined ? {} : { model }) };
  if (maxBytes === undefined && tokenizer === undefined) {
    return modelFiles({ ...about, ...(labels && { labels }) });
  }
  const name = tokenizer === undefined ? 'maxBytes' : 'tokenizer';
  if (tokenizer !== undefined && maxBytes !== undefined) {
    throw new LimbeckError('invalid-option', {
      where: 'export, maxBytes',
      given: `${maxBytes} beside a tokenizer`,
      expected: 'one of both: a text is read as bytes or as tokens',
      next: "Leave maxBytes out: the tokenizer's maxTokens says how much is read.",
    });
  }
  if (labels === undefined) {
    throw new LimbeckError('invalid-option', {
      where: `export, ${name}`,
      given: `${maxBytes ?? 'a tokenizer'}, without labels`,
      expected: 'labels beside it: a student of texts is a classifier',
      next: `Pass the labels, or leave ${name} out.`,
    });
  }
  const { calibration, field, schema, threshold } = options;
  return studentFiles({
    ...about,
    labels,
    ...(maxBytes === undefined ? {} : { maxBytes }),
    ...(tokenizer === undefined ? {} : { tokenizer }),
    ...(calibration === undefined ? {} : { calibration }),
    ...(field === undefined ? {} : { field }),
    ...(schema === undefined ? {} : { schema }),
    ...(threshold === undefined ? {} : { threshold }),
  });
}

/** @throws LimbeckError `aborted` */
function checkGoingOn({ abortSignal }: PackOptions): void {
  if (abortSignal?.aborted !== true) return;
  throw new LimbeckError('aborted', {
    where: 'export',
    given: 'an abort',
    expected: 'an export to its end',
    next: 'Export again: no file was written.',
    cause: abortSignal.reason,
  });
}

/** Asks the file about the tokenizer's largest id. @throws LimbeckError `shape-mismatch` for a smaller table */
async function checkTokenizer(tokenizer: StudentTokenizer, file: Runner): Promise<void> {
  const { input_ids: ids, attention_mask: mask } = file.inputs;
  if (ids === undefined || mask === undefined) return;
  const largest = idsOf(tokenizer) - 1;
  try {
    await file.run({
      input_ids: hostTensor('int64', [1, 1], [largest]),
      attention_mask: hostTensor('int64', [1, 1], [1]),
    });
  } catch (cause) {
    throw new LimbeckError('shape-mismatch', {
      where: 'export, tokenizer',
      given: `a tokenizer with ids up to ${largest}, at which the student fails`,
      expected: 'a row of its embedding for every id',
      next: 'Pass the tokenizer that the student was trained with, or train one with a larger vocabulary.',
      cause,
    });
  }
}

function probesOf(options: PackOptions, names: FileNames): FlatState[] {
  const { probes, maxBytes, tokenizer } = options;
  if (isList(probes)) return wholeProbes(probes);
  if (probes !== undefined) return slicedProbes(probes);
  const { input_ids: ids, attention_mask: mask, ...others } = names.inputs;
  const isText = ids !== undefined && mask !== undefined && Object.keys(others).length === 0;
  if (isText && maxBytes !== undefined) return byteProbes(ids, mask, maxBytes, padId);
  if (isText && tokenizer !== undefined) {
    const { maxTokens, padId: own } = tokenizer;
    return tokenProbes(ids, mask, maxTokens, own, idsOf(tokenizer));
  }
  throw new LimbeckError('invalid-option', {
    where: 'export, probes',
    given: `none, for a file with the inputs ${Object.keys(names.inputs).join(', ')}`,
    expected: 'at least 256 rows of inputs',
    next: 'Pass inputs like those that the student will get, by the paths of its inputs.',
  });
}

/** @throws LimbeckError `shape-mismatch` if there is not one label a logit */
function checkLogits(labels: readonly string[], names: FileNames, outputs: FlatState): void {
  const name = Object.keys(names.outputs)[0]!;
  const { shape } = outputs[name]!;
  if (shape.at(-1) === labels.length) return;
  throw new LimbeckError('shape-mismatch', {
    where: 'export, labels',
    given: `${labels.length} labels for ${name} of ${shape.at(-1)} classes`,
    expected: 'one label a logit',
    next: 'Pass the names of the classes in the order of the logits.',
  });
}

async function recordsOf(files: {
  readonly [path: string]: Uint8Array;
}): Promise<{ [path: string]: FileRecord }> {
  const records: { [path: string]: FileRecord } = {};
  for (const [path, bytes] of Object.entries(files)) {
    records[path] = { sizeBytes: bytes.length, sha256: await sha256(bytes) };
  }
  return records;
}
