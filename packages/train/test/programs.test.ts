import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { parseExperimentResult } from '@limbeck/evaluators';
import { describe, expect, test } from 'vitest';
import { pageOf, readmeTable } from '../scripts/programs-result.js';
import { programs } from './programs/index.js';

const here = path.join(import.meta.dirname, 'programs');
const area = path.resolve(import.meta.dirname, '../../../benchmarks/programs');
const resultOf = (name: string) =>
  parseExperimentResult(
    JSON.parse(readFileSync(path.join(area, 'results', `${name}.json`), 'utf8')) as unknown,
  );

describe('the training programs', () => {
  test('are eight, each in at most a hundred lines', () => {
    const files = readdirSync(here).filter((file) => file.endsWith('.ts') && file !== 'index.ts');
    expect(programs.map(({ name }) => `${name}.ts`).sort()).toEqual(files.sort());
    expect(programs).toHaveLength(8);
    for (const file of files) {
      const lines = readFileSync(path.join(here, file), 'utf8').trimEnd().split('\n');
      expect(lines.length, file).toBeLessThanOrEqual(100);
    }
  });

  test.each(programs)('$name has beaten its floor in each of three seeds', (program) => {
    const { metric, higherIsBetter, floor } = program.measure;
    const { systems, reproduced, comparisons, dataset } = resultOf(program.name);
    expect(dataset).toEqual(program.dataset);
    expect(systems.map(({ name }) => name)).toEqual([
      program.idea.on,
      program.idea.off,
      floor.what,
    ]);
    const scores = systems[0]!.values[metric]!;
    expect(scores).toHaveLength(3);
    for (const score of scores) {
      const above = higherIsBetter ? score - floor.value : floor.value - score;
      expect(above).toBeGreaterThanOrEqual(floor.margin);
    }
    expect(reproduced).toBe(true);
    expect(comparisons).toHaveLength(1);
  });

  test('are told of in pages that the script wrote from their results', () => {
    const results = programs.map(({ name }) => resultOf(name));
    expect(readFileSync(path.join(area, 'RESULTS.md'), 'utf8')).toBe(pageOf(results));
    const readme = readFileSync(path.join(here, 'README.md'), 'utf8');
    expect(readme).toContain(readmeTable(results));
  });
});
