import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { parseExperimentResult, parseRunReport } from '../../packages/evaluators/src/index.js';
import { filesBelow, root } from '../workspace.mjs';

const read = (file) => JSON.parse(readFileSync(path.join(root, file), 'utf8'));

test('every committed result has the schema of experiments, and the name of its file', () => {
  const files = filesBelow('benchmarks', (file) =>
    /^benchmarks\/[^/]+\/results\/[^/]+\.json$/.test(file),
  );
  for (const file of files) {
    const result = parseExperimentResult(read(file));
    expect(result.experiment, file).toBe(path.basename(file, '.json'));
  }
});

test('the recorded run of the example is a report', () => {
  const file = 'examples/code-language/results/report.json';
  if (existsSync(path.join(root, file))) {
    expect(parseRunReport(read(file)).systems.length).toBeGreaterThan(0);
  }
});
