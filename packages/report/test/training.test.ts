import { describe, expect, test } from 'vitest';
import { trainingCharts } from '../src/charts/training.js';

describe('trainingCharts', () => {
  test.each([
    ['softTargets', 'Soft targets'],
    ['CrossEntropy', 'Cross entropy'],
    ['loss', 'Loss'],
    ['validation accuracy', 'Validation accuracy'],
    ['macroF1', 'MacroF1'],
  ])('heads %s as %s', (name, heading) => {
    const points = [1, 2].map((step) => ({ step, values: { [name]: step } }));
    expect(trainingCharts([{ system: 'student', points }])[0]!.title).toBe(heading);
  });
});
