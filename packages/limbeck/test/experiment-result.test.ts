import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import {
  experimentResultJson,
  type ExperimentSystem,
  parseExperimentResult,
} from '@limbeck/evaluators';
import { experimentSystems } from '@limbeck/pipeline';
import { experiment } from 'limbeck';
import { runPipeline } from 'limbeck/node';
import { expect, test } from 'vitest';

test('the points of an experiment are systems of a result file', async () => {
  const root = mkdtempSync(path.join(os.tmpdir(), 'limbeck-result-'));
  const study = experiment({
    name: 'temperatures',
    version: '1',
    grid: { temperature: [1, 2] },
    seeds: [1, 2],
    cell: async ({ point, seed }) => ({ accuracy: 0.8 + 0.01 * point.temperature + 0.001 * seed }),
  });
  const quiet = { info() {}, warn() {} };
  const { outputs } = await runPipeline({ ...study, root, logger: quiet });
  const systems: readonly ExperimentSystem[] = experimentSystems(outputs.results);
  const result = parseExperimentResult({
    formatVersion: 1,
    experiment: 'temperatures',
    claim: 'A higher temperature helps.',
    command: 'limbeck run',
    dataset: { name: 'none', rows: 1 },
    metrics: { accuracy: { higherIsBetter: true } },
    systems,
    comparisons: [],
    reproduced: false,
    machine: { cpu: 'any', cores: 1, node: '20', onnxruntime: 'none' },
    finishedAt: new Date(0).toISOString(),
  });
  expect(result.systems.map(({ name }) => name)).toEqual(['temperature 1', 'temperature 2']);
  expect(result.systems[1]?.values['accuracy']?.[1]).toBeCloseTo(0.822, 12);
  expect(experimentResultJson(result)).toContain('"temperature 2"');
  rmSync(root, { recursive: true, force: true });
});
