import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import os from 'node:os';
import path from 'node:path';
import { LimbeckError } from '@limbeck/core';
import type { ExperimentResult, Machine } from '../experiment-result.js';
import { experimentResultJson, parseExperimentResult } from '../parse-experiment-result.js';

/**
 * Where this runs.
 *
 * @param from - `import.meta.url` of a module that has onnxruntime-node, whose version is named
 * @throws LimbeckError `io-failed` if there is no onnxruntime-node beside it
 */
export function thisMachine(from: string): Machine {
  return {
    cpu: os.cpus()[0]?.model.trim() ?? 'unknown',
    cores: os.availableParallelism(),
    node: process.version,
    onnxruntime: engineVersion(from),
  };
}

function engineVersion(from: string): string {
  try {
    const { version } = createRequire(from)('onnxruntime-node/package.json') as {
      readonly version: string;
    };
    return version;
  } catch (cause) {
    throw new LimbeckError('io-failed', {
      where: 'thisMachine',
      given: from,
      expected: 'a module whose package depends on onnxruntime-node',
      next: 'Pass import.meta.url, and install onnxruntime-node beside the experiment.',
      cause,
    });
  }
}

/**
 * Writes an experiment's file, `<area>/results/<experiment>.json`.
 *
 * @param area - the area's folder, which is made if need be
 * @returns the file's path
 */
export function writeExperiment(area: string, result: ExperimentResult): string {
  const folder = path.join(area, 'results');
  mkdirSync(folder, { recursive: true });
  const file = path.join(folder, `${result.experiment}.json`);
  writeFileSync(file, experimentResultJson(result));
  return file;
}

/**
 * All experiments of an area, in the order of their files' names.
 *
 * @throws LimbeckError `io-failed` if the area has no results; as `parseExperimentResult` for a file that is none
 */
export function readExperiments(area: string): ExperimentResult[] {
  const folder = path.join(area, 'results');
  return names(folder).map((name) =>
    parseExperimentResult(JSON.parse(readFileSync(path.join(folder, name), 'utf8'))),
  );
}

function names(folder: string): string[] {
  try {
    return readdirSync(folder)
      .filter((name) => name.endsWith('.json'))
      .sort();
  } catch (cause) {
    throw new LimbeckError('io-failed', {
      where: 'readExperiments',
      given: folder,
      expected: "the area's folder of results",
      next: "Run one of the area's experiments first.",
      cause,
    });
  }
}
