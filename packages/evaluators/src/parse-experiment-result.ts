import type { Comparison } from './comparison.js';
import type { ExperimentResult, ExperimentSystem, Machine } from './experiment-result.js';
import { roles } from './roles.js';
import { checkFormat, count, fields, flag, list, number, oneOf, table, text } from './schema.js';

/** Checks a {@link Comparison}. */
export const comparisonCheck = fields<Comparison>(
  {
    metric: text,
    better: text,
    worse: text,
    factors: table(text),
    difference: number(),
    low: number(),
    high: number(),
    p: number(0, 1),
  },
  ['factors'],
);

/** Checks a {@link Machine}. */
export const machineCheck = fields<Machine>({
  cpu: text,
  cores: count,
  node: text,
  onnxruntime: text,
});

const systemCheck = fields<ExperimentSystem>(
  {
    name: text,
    role: oneOf(...roles),
    factors: table(text),
    values: table(list(number())),
    seconds: number(0),
    sizeBytes: count,
  },
  ['sizeBytes'],
);

const check = fields<ExperimentResult>(
  {
    formatVersion: oneOf(1),
    experiment: text,
    claim: text,
    command: text,
    dataset: fields<ExperimentResult['dataset']>({ name: text, rows: count, sha256: text }, [
      'sha256',
    ]),
    scaledDown: text,
    metrics: table(fields<{ readonly higherIsBetter: boolean }>({ higherIsBetter: flag })),
    systems: list(systemCheck),
    comparisons: list(comparisonCheck),
    reproduced: flag,
    note: text,
    machine: machineCheck,
    finishedAt: text,
  },
  ['scaledDown', 'note'],
);

/**
 * Reads an experiment's result; fields that this version does not know are kept.
 *
 * @param value - what `JSON.parse` returned
 * @throws LimbeckError `format-too-new` for a file of a later version; `invalid-data` for anything else that does not fit
 */
export function parseExperimentResult(value: unknown): ExperimentResult {
  checkFormat('experiment', value, 1);
  check(value, 'experiment');
  return value as ExperimentResult;
}

/** The result as the text of its file. @throws LimbeckError `invalid-data` if it would not be read again */
export function experimentResultJson(result: ExperimentResult): string {
  return `${JSON.stringify(parseExperimentResult(result), null, 2)}\n`;
}
