import type { RunReport } from '@limbeck/evaluators';
import { describe, expect, test } from 'vitest';
import { slicesChart } from '../src/charts/slices.js';
import { simulatedReport } from './fixture.js';

const orderOf = (report: RunReport, by: string): readonly string[] => {
  const { encoding } = (
    slicesChart(report, by, 'slices')!.spec['layer'] as { encoding: { y: { sort: string[] } } }[]
  )[0]!;
  return encoding.y.sort;
};

describe('slicesChart', () => {
  const report = simulatedReport();

  test('puts ranges in order, however the report lists them', () => {
    const jumbled = { ...report, slices: report.slices.toReversed() };
    const inOrder = ['1 to 3 lines', '4 to 8 lines', '9 to 20 lines'];
    expect(orderOf(jumbled, 'window length')).toEqual(inOrder);
    const later = JSON.parse(JSON.stringify(jumbled).replaceAll('4 to 8', '24 to 28')) as RunReport;
    expect(orderOf(later, 'window length')).toEqual([inOrder[0], inOrder[2], '24 to 28 lines']);
  });

  test('puts names in order of accuracy', () => {
    const names = orderOf(report, 'language');
    const accuracies = names.map(
      (name) =>
        report.slices.find(
          ({ by, value, system }) =>
            by === 'language' && value === name && system === 'distilled student',
        )!.accuracy.value,
    );
    expect(accuracies).toEqual(accuracies.toSorted((a, b) => b - a));
  });
});
