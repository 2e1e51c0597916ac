import type { RunReport, SliceReport } from '@limbeck/evaluators';
import { percent } from '../format.js';
import { studentOf, systemOf } from '../pick-systems.js';
import type { Chart, KeyEntry } from './chart.js';
import { colors } from './draw.js';
import { accuracyDomain, textWidth } from './scales.js';

/** From more values on a trait's chart takes the page's whole width. */
export const manyValues = 8;

/** Accuracy by the values of one trait: the student with its interval, beside its teacher and the scarce labels alone. */
export function slicesChart(report: RunReport, by: string, id: string): Chart | undefined {
  const slices = report.slices.filter((slice) => slice.by === by);
  const of = (system: string | undefined): SliceReport[] =>
    slices.filter((slice) => slice.system === system);
  const student = studentOf(report)?.name ?? slices[0]?.system;
  const ours = of(student);
  if (ours.length === 0) return undefined;
  const teacher = systemOf(report, 'teacher')?.name;
  const control = systemOf(report, 'label-only')?.name;
  // Names are sorted by accuracy, but ranges such as lengths by where they begin.
  const ranges = ours.every(({ value }) => /\d/u.test(value));
  const start = (value: string): number => Number(/\d+/u.exec(value)?.[0]);
  const values = ours
    .toSorted((a, b) =>
      ranges ? start(a.value) - start(b.value) : b.accuracy.value - a.accuracy.value,
    )
    .map(({ value }) => value);
  const rows = (system: string | undefined) =>
    of(system).map(({ value, accuracy: { value: accuracy, low, high } }) => ({
      slice: value,
      accuracy,
      low,
      high,
    }));
  const x = {
    field: 'accuracy',
    type: 'quantitative',
    title: null,
    scale: {
      domain: accuracyDomain([
        ...ours.map((slice) => slice.accuracy),
        // Their intervals are not drawn, so they take no room.
        ...[...of(teacher), ...of(control)].map(({ accuracy: { value } }) => ({
          low: value,
          high: value,
        })),
      ]),
    },
    axis: { format: '.0%', tickCount: 6, orient: 'top' },
  };
  const y = {
    field: 'slice',
    type: 'nominal',
    sort: values,
    title: null,
    // Vega takes letters for wider than they are: its 290 pixels are about 200.
    axis: { grid: false, labelColor: colors.ink, labelLimit: 290, labelOverlap: false },
  };
  const label = Math.min(200, Math.max(...values.map(textWidth)));
  const other = (name: string, color: string) => ({
    data: { values: rows(name) },
    // Filled with the page, so that neither grid nor interval shows through.
    mark: {
      type: 'point',
      stroke: color,
      fill: colors.paper,
      size: 44,
      strokeWidth: 1.5,
      opacity: 1,
    },
    encoding: { x, y },
  });
  const key: KeyEntry[] = [
    { label: `${student ?? ''}, with interval`, color: colors.accent, mark: 'dot' },
  ];
  if (of(teacher).length > 0) key.push({ label: teacher!, color: colors.ink, mark: 'ring' });
  if (of(control).length > 0) key.push({ label: control!, color: colors.muted, mark: 'ring' });

  return {
    id,
    title: `By ${by}`,
    description: `Accuracy of ${student} by ${by}: ${ours
      .map(({ value, accuracy }) => `${value} ${percent(accuracy.value, 0)}`)
      .join(', ')}.`,
    width: values.length > manyValues ? 500 : 330,
    height: 24 * values.length,
    padding: { left: label + 20, right: 20, top: 28, bottom: 8 },
    key,
    spec: {
      layer: [
        {
          data: { values: rows(student) },
          mark: { type: 'rule', color: colors.accent, strokeWidth: 2, opacity: 0.55 },
          encoding: { x: { ...x, field: 'low' }, x2: { field: 'high' }, y },
        },
        ...(of(control).length > 0 ? [other(control!, colors.muted)] : []),
        ...(of(teacher).length > 0 ? [other(teacher!, colors.ink)] : []),
        {
          data: { values: rows(student) },
          mark: { type: 'point', filled: true, color: colors.accent, size: 60, opacity: 1 },
          encoding: { x, y },
        },
      ],
    },
  };
}
