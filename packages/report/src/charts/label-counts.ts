import type { LabelCount } from '@limbeck/evaluators';
import { count } from '../format.js';
import type { Chart } from './chart.js';
import { colors } from './draw.js';
import { textWidth } from './scales.js';

/** How many rows each class has, as bars with their numbers; undefined for a single class and for very many. */
export function labelCountsChart(labels: readonly LabelCount[]): Chart | undefined {
  if (labels.length < 2 || labels.length > 80) return undefined;
  const sorted = labels.toSorted((a, b) => b.rows - a.rows);
  const most = Math.max(1, sorted[0]!.rows);
  const rows = sorted.map(({ label, rows: n }) => ({ label, rows: n, shown: count(n) }));
  const [largest, smallest] = [sorted[0]!, sorted.at(-1)!];
  const margin = Math.min(200, Math.max(...rows.map(({ label }) => textWidth(label))));
  const x = {
    field: 'rows',
    type: 'quantitative',
    title: null,
    scale: { domain: [0, most] },
    axis: null,
  };
  const y = {
    field: 'label',
    type: 'nominal',
    sort: rows.map(({ label }) => label),
    title: null,
    axis: { grid: false, labelColor: colors.ink, labelLimit: 290, labelOverlap: false },
  };
  return {
    id: 'label-counts',
    title: 'Rows by class',
    description: `${labels.length} classes, from ${count(largest.rows)} rows of ${largest.label} to ${count(smallest.rows)} of ${smallest.label}.`,
    width: 330,
    height: (rows.length > 30 ? 16 : 24) * rows.length,
    padding: { left: margin + 20, right: 64, top: 4, bottom: 8 },
    spec: {
      data: { values: rows },
      layer: [
        {
          mark: { type: 'bar', color: colors.accent, opacity: 0.8, height: { band: 0.62 } },
          encoding: { x, y },
        },
        {
          mark: { type: 'text', align: 'left', dx: 6, baseline: 'middle' },
          encoding: { x, y, text: { field: 'shown' } },
        },
      ],
    },
  };
}
