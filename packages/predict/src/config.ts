import { type JsonObject, LimbeckError } from '@limbeck/core';
import { type Calibration, readCalibration } from './calibration.js';
import { isObject, isWhole } from './json-checks.js';

/** The newest `limbeck.formatVersion` in a student's `config.json` that this version reads. */
const newestFormat = 2;

/** Fields of a prediction that a student's own must not hide. */
const taken: ReadonlySet<string> = new Set(['probability', 'probabilities', 'sure']);

/** From which probability on answers are as often right as was asked for. */
export interface Threshold {
  /** The label that it is for. Without it, whichever label is the answer. */
  readonly label?: string;
  /** The least probability, in [0, 1]. */
  readonly probability: number;
  /** The share of such answers that was right on validation data, in [0, 1]. */
  readonly precision: number;
}

/** What `config.json` says about a student, whatever it reads. */
export interface StudentConfigBase {
  /** The model's family, such as `hashed-ngrams`. */
  readonly family: string;
  /** The token that fills up shorter texts of a batch. */
  readonly padId: number;
  /** What logits are divided by before the softmax; dimensionless. 1 where another calibration is stored. */
  readonly temperature: number;
  /** How probabilities are corrected, where the file says more than a temperature. */
  readonly calibration?: Calibration;
  /** The sha256 of the weights, lower-case hexadecimal, where the file states it. */
  readonly weightsSha256?: string;
  /** The name of the field that is predicted. */
  readonly field: string;
  /** The JSON Schema of the record that a prediction is, where the file has one. */
  readonly schema?: JsonObject;
  /** From which probability on an answer counts as sure, where the file says so. */
  readonly threshold?: Threshold;
  /** The labels, in the order of the logits. */
  readonly labels: readonly string[];
}

/** A student whose tokens are the bytes of the UTF-8 text. */
export interface ByteStudentConfig extends StudentConfigBase {
  /** What becomes a token. */
  readonly inputs: 'bytes';
  /** How many bytes of a text the student reads; the rest is cut off. */
  readonly maxBytes: number;
}

/** A student whose tokens come from a vocabulary, by its `tokenizer.json`. */
export interface TokenStudentConfig extends StudentConfigBase {
  /** What becomes a token. */
  readonly inputs: 'tokens';
  /** How many tokens of a text the student reads, special ones included; the rest is cut off. */
  readonly maxTokens: number;
  /** How many ids the tokenizer has, where the file states it: another tokenizer does not fit. */
  readonly vocabulary?: number;
}

/** What `config.json` says about a student. */
export type StudentConfig = ByteStudentConfig | TokenStudentConfig;

/**
 * Reads a student's `config.json`.
 *
 * @param text - The file's text.
 * @throws LimbeckError `corrupt-file` if it is not JSON or lacks what a student needs; `format-too-new` if a later
 * version wrote it.
 */
export function parseConfig(text: string): StudentConfig {
  const config = parseObject(text);
  const own = config['limbeck'];
  if (!isObject(own)) {
    throw corrupt(
      'no object "limbeck"',
      'Load a folder that Limbeck exported; other models need a library of their own.',
    );
  }
  checkVersion(own);
  const labels = readLabels(config['id2label']);
  return { ...readInputs(own), ...readRest(own, labels), labels };
}

function checkVersion({ formatVersion, inputs }: JsonObject): void {
  if (typeof formatVersion !== 'number') throw corrupt('no limbeck.formatVersion');
  if (formatVersion > newestFormat) {
    throw new LimbeckError('format-too-new', {
      where: 'loadStudent',
      given: `config.json with limbeck.formatVersion ${formatVersion}`,
      expected: `at most ${newestFormat}`,
      next: 'Install a newer @limbeck/predict.',
    });
  }
  if (inputs === 'bytes' || (inputs === 'tokens' && formatVersion >= 2)) return;
  throw corrupt(
    `limbeck.inputs ${JSON.stringify(inputs)} in format ${formatVersion}, in place of "bytes"`,
    inputs === 'tensors'
      ? 'This model reads no text: run its ONNX file with an ONNX runtime.'
      : undefined,
  );
}

function readInputs(
  own: JsonObject,
):
  | Pick<ByteStudentConfig, 'inputs' | 'maxBytes' | 'padId'>
  | Pick<TokenStudentConfig, 'inputs' | 'maxTokens' | 'padId' | 'vocabulary'> {
  const { inputs, maxBytes, maxTokens, padId, vocabulary } = own;
  if (!isWhole(padId, 0)) throw corrupt('no limbeck.padId');
  if (inputs === 'bytes') {
    if (!isWhole(maxBytes, 1)) throw corrupt('no limbeck.maxBytes');
    return { inputs, maxBytes, padId };
  }
  if (!isWhole(maxTokens, 1)) throw corrupt('no limbeck.maxTokens');
  const known = isWhole(vocabulary, 1) ? { vocabulary } : {};
  return { inputs: 'tokens', maxTokens, padId, ...known };
}

function readRest(
  own: JsonObject,
  labels: readonly string[],
): Omit<StudentConfigBase, 'padId' | 'labels'> {
  const { family, temperature = 1, weightsSha256, field = 'label', schema } = own;
  if (typeof temperature !== 'number' || !(temperature > 0) || !Number.isFinite(temperature)) {
    throw corrupt(`limbeck.temperature ${JSON.stringify(temperature)}`);
  }
  const calibration =
    own['calibration'] === undefined ? undefined : readCalibration(own['calibration']);
  if (calibration === null) throw corrupt(`limbeck.calibration ${shown(own['calibration'])}`);
  if (typeof field !== 'string' || field === '') throw corrupt(`limbeck.field ${shown(field)}`);
  if (taken.has(field)) {
    throw corrupt(
      `limbeck.field ${shown(field)}, which every prediction has beside its label`,
      'Export the student again with another name for what it predicts.',
    );
  }
  if (schema !== undefined && !isObject(schema)) throw corrupt(`limbeck.schema ${shown(schema)}`);
  if (schema !== undefined) checkSchema(schema, field, labels);
  const threshold = own['threshold'];
  return {
    family: typeof family === 'string' ? family : 'unknown',
    // What divides the logits stands in one place alone.
    temperature: calibration === undefined ? temperature : 1,
    ...(calibration === undefined ? {} : { calibration }),
    ...(typeof weightsSha256 === 'string' ? { weightsSha256 } : {}),
    field,
    ...(schema === undefined ? {} : { schema }),
    ...(threshold === undefined ? {} : { threshold: readThreshold(threshold, labels) }),
  };
}

/** Refuses labels that the schema of the predicted record does not list. */
function checkSchema(schema: JsonObject, field: string, labels: readonly string[]): void {
  const { properties } = schema;
  const own = isObject(properties) ? properties[field] : undefined;
  const allowed = isObject(own) ? own['enum'] : undefined;
  if (!Array.isArray(allowed)) return;
  const other = labels.find((label) => !allowed.includes(label));
  if (other !== undefined) {
    throw corrupt(
      `the label ${JSON.stringify(other)}, which limbeck.schema does not list for "${field}"`,
    );
  }
}

function readThreshold(value: unknown, labels: readonly string[]): Threshold {
  const { label, probability, precision } = isObject(value) ? value : {};
  const isShare = (share: unknown): share is number =>
    typeof share === 'number' && share >= 0 && share <= 1;
  const fits = label === undefined || (typeof label === 'string' && labels.includes(label));
  if (!fits || !isShare(probability) || !isShare(precision)) {
    throw corrupt(`limbeck.threshold ${shown(value)}`);
  }
  return { ...(label === undefined ? {} : { label }), probability, precision };
}

function parseObject(text: string): JsonObject {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw corrupt('text that is not JSON', undefined, cause);
  }
  if (!isObject(value)) throw corrupt('JSON that is not an object');
  return value;
}

function readLabels(id2label: unknown): readonly string[] {
  if (!isObject(id2label)) throw corrupt('no id2label');
  const count = Object.keys(id2label).length;
  const labels = Array.from({ length: count }, (_, id) => id2label[String(id)]);
  if (count === 0 || !labels.every((label) => typeof label === 'string')) {
    throw corrupt(`id2label with ${count} entries that are not texts under 0 to ${count - 1}`);
  }
  if (new Set(labels).size !== count) throw corrupt('a label twice in id2label');
  return labels;
}

function shown(value: unknown): string {
  return (JSON.stringify(value) ?? 'undefined').slice(0, 200);
}

function corrupt(given: string, next?: string, cause?: unknown): LimbeckError {
  return new LimbeckError('corrupt-file', {
    where: 'loadStudent',
    given: `config.json with ${given}`,
    expected: 'the config.json of an exported student',
    next: next ?? 'Export the student again, or copy the folder again.',
    cause,
  });
}
