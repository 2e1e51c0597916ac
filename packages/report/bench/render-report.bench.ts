import { Rng } from '@limbeck/core';
import type { RunReport } from '@limbeck/evaluators';
import { modelCard, renderReport } from '@limbeck/report';
import { bench, do_not_optimize, run } from 'mitata';

const rng = Rng.from(1);
const classes = Array.from({ length: 22 }, (_, i) => `class ${i}`);
const names = Array.from({ length: 12 }, (_, i) => `system ${i}`);
const interval = () => {
  const value = rng.uniform(0.4, 0.9);
  return { value, low: value - 0.03, high: value + 0.03 };
};

/** The code-language job's size: 12 systems, 22 classes, three training runs, 20 mistakes. */
const report: RunReport = {
  formatVersion: 1,
  name: 'bench',
  finishedAt: '2026-11-25T15:04:00.000Z',
  seeds: [1, 2, 3],
  dataset: { name: 'made up', rows: 6600, classes },
  systems: names.map((name, i) => ({
    name,
    role: i === 0 ? 'teacher' : i === 1 ? 'student' : 'peer',
    accuracy: interval(),
    macroF1: rng.uniform(),
    ece: rng.uniform(0, 0.2),
    latencyMs: { p50: rng.uniform(0.1, 50), p95: 60 },
    sizeBytes: rng.integer(10_000_000) + 1,
    n: 2200,
  })),
  slices: names
    .slice(0, 3)
    .flatMap((system) =>
      classes.map((value) => ({ by: 'class', value, system, accuracy: interval(), n: 100 })),
    ),
  comparisons: [],
  stages: [{ name: 'train', seconds: 60 }],
  curves: [1, 2, 3].map((seed) => ({
    system: `system 1, seed ${seed}`,
    points: Array.from({ length: 100 }, (_, step) => ({ step, values: { loss: rng.uniform() } })),
  })),
  confusion: [
    { system: 'system 1', classes, counts: classes.map(() => classes.map(() => rng.integer(30))) },
  ],
  mistakes: Array.from({ length: 20 }, () => ({
    text: 'const a = 1;\n'.repeat(20),
    label: 'class 1',
    predicted: 'class 2',
    probability: 0.9,
  })),
};

bench('renderReport with charts', async () => do_not_optimize(await renderReport(report))).gc(
  'inner',
);
bench('renderReport without charts', async () =>
  do_not_optimize(await renderReport(report, { charts: false }))).gc('inner');
bench('modelCard', () => do_not_optimize(modelCard(report))).gc('inner');

await run();
