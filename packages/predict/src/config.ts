import { type JsonObject, LimbeckError } from '@limbeck/core';

/** The newest `limbeck.formatVersion` in a student's `config.json` that this version reads. */
const newestFormat = 1;

/** What `config.json` says about a student. */
export interface StudentConfig {
  /** The model's family, such as `hashed-ngrams`. */
  readonly family: string;
  /** What becomes a token: a byte of the UTF-8 text. */
  readonly inputs: 'bytes';
  /** How many bytes of a text the student reads; the rest is cut off. */
  readonly maxBytes: number;
  /** The token that fills up shorter texts of a batch. */
  readonly padId: number;
  /** What logits are divided by before the softmax; dimensionless. */
  readonly temperature: number;
  /** The sha256 of the weights, lower-case hexadecimal, where the file states it. */
  readonly weightsSha256?: string;
  /** The labels, in the order of the logits. */
  readonly labels: readonly string[];
}

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
  const { formatVersion, family, inputs, maxBytes, padId, temperature = 1, weightsSha256 } = own;
  if (typeof formatVersion !== 'number') throw corrupt('no limbeck.formatVersion');
  if (formatVersion > newestFormat) {
    throw new LimbeckError('format-too-new', {
      where: 'loadStudent',
      given: `config.json with limbeck.formatVersion ${formatVersion}`,
      expected: `at most ${newestFormat}`,
      next: 'Install a newer @limbeck/predict.',
    });
  }
  if (inputs !== 'bytes')
    throw corrupt(`limbeck.inputs ${JSON.stringify(inputs)} in place of "bytes"`);
  if (!isWhole(maxBytes, 1)) throw corrupt('no limbeck.maxBytes');
  if (!isWhole(padId, 0)) throw corrupt('no limbeck.padId');
  if (typeof temperature !== 'number' || !(temperature > 0) || !Number.isFinite(temperature)) {
    throw corrupt(`limbeck.temperature ${JSON.stringify(temperature)}`);
  }
  return {
    family: typeof family === 'string' ? family : 'unknown',
    inputs,
    maxBytes,
    padId,
    temperature,
    ...(typeof weightsSha256 === 'string' ? { weightsSha256 } : {}),
    labels: readLabels(config['id2label']),
  };
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

function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isWhole(value: unknown, least: number): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= least;
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
