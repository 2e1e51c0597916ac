import { expect, test } from 'vitest';
import { resultsSection } from '../results-section.mjs';

const report = {
  headline: '200 labels and a teacher did the work of 9,000 labels.',
  dataset: { classes: ['c', 'rust'] },
  systems: [
    {
      name: 'teacher',
      role: 'teacher',
      accuracy: { value: 0.825, low: 0.81, high: 0.84 },
      ece: 0.031,
      latencyMs: { p50: 1.234, p95: 2 },
      sizeBytes: 4_200_000,
      n: 2000,
    },
    {
      name: 'student',
      role: 'student',
      accuracy: { value: 0.8149, low: 0.8, high: 0.83 },
      latencyMs: { p50: 0.0421, p95: 0.1 },
      sizeBytes: 180_400,
      n: 2000,
    },
  ],
  comparisons: [
    {
      metric: 'accuracy',
      better: 'student',
      worse: 'label-only',
      difference: 0.121,
      low: 0.1,
      high: 0.14,
      p: 0.001,
    },
    {
      metric: 'accuracy',
      better: 'student',
      worse: 'peer',
      factors: { set: 'second' },
      difference: 0,
      low: 0,
      high: 0,
      p: 1,
    },
  ],
  teacher: { asked: 12_345, cached: 0, costUsd: 0, seconds: 3 },
  stages: [
    { name: 'a', seconds: 100.4 },
    { name: 'b', seconds: 20.3 },
  ],
  machine: { cpu: 'Some CPU', cores: 2, node: 'v20.20.2', onnxruntime: '1.30.0' },
};

test('shows every system with its interval, and leaves a dash where nothing was measured', () => {
  const text = resultsSection(report);
  expect(text).toContain(
    '| teacher | teacher | 82.5% (81.0% to 84.0%) | 3.1% | 1.23 ms | 4.2 MB |',
  );
  expect(text).toContain('| student | student | 81.5% (80.0% to 83.0%) | – | 0.042 ms | 180 kB |');
  expect(text).toContain('the same 2,000 test snippets in 2 languages');
  expect(text).toContain(report.headline);
});

test('shows comparisons of the common table only, in points', () => {
  const text = resultsSection(report);
  expect(text).toContain('| student − label-only | 12.1 (10.0 to 14.0) |');
  expect(text).not.toContain('peer');
});

test('names the machine and the time, and pictures that are there', () => {
  const text = resultsSection(report, (picture) => picture === 'demo.png');
  expect(text).toContain(
    '2 cores of Some CPU, Node 20.20.2, onnxruntime 1.30.0; the run took 121 s',
  );
  expect(text).toContain('(examples/code-language/results/demo.png)');
  expect(text).not.toContain('report.png');
});

test('is a function of the report alone', () => {
  expect(resultsSection(structuredClone(report))).toBe(resultsSection(report));
});
