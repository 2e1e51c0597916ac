import type { Interval } from '@limbeck/evaluators';
import type { Chart } from '../charts/chart.js';
import { colors } from '../charts/draw.js';
import { accuracyDomain, textWidth } from '../charts/scales.js';
import { percent } from '../format.js';

/** What {@link changeChart} draws. */
export interface ChangeChartOptions {
  /** Unique on the page. */
  readonly id: string;
  /** The heading. */
  readonly title: string;
  /** A row each, from top to bottom. */
  readonly rows: readonly { readonly name: string; readonly a: Interval; readonly b: Interval }[];
  /** What the two runs are called. */
  readonly labels: readonly [a: string, b: string];
}

/** Accuracies of two runs, one row a thing: a ring for the first, a dot for the second, each with its interval. */
export function changeChart(options: ChangeChartOptions): Chart | undefined {
  const { id, title, rows, labels } = options;
  if (rows.length === 0) return undefined;
  const [low, high] = accuracyDomain(rows.flatMap(({ a, b }) => [a, b]));
  const names = rows.map(({ name }) => name);
  const margin = Math.min(230, Math.max(...names.map(textWidth)));
  const flat = rows.map(({ name, a, b }) => ({
    name,
    a: a.value,
    b: b.value,
    lowA: a.low,
    highA: a.high,
    lowB: b.low,
    highB: b.high,
  }));
  const x = (field: string) => ({
    field,
    type: 'quantitative',
    title: null,
    scale: { domain: [low, high] },
    axis: { format: '.0%', tickCount: 6, orient: 'top' },
  });
  const y = {
    field: 'name',
    type: 'nominal',
    sort: names,
    title: null,
    axis: { grid: false, labelColor: colors.ink, labelLimit: 330, labelOverlap: false },
  };
  const interval = (from: string, to: string, color: string, yOffset: number) => ({
    mark: { type: 'rule', color, strokeWidth: 2, opacity: 0.5, yOffset },
    encoding: { x: x(from), x2: { field: to }, y },
  });
  const point = (field: string, fill: string, stroke: string, yOffset: number) => ({
    mark: { type: 'point', fill, stroke, strokeWidth: 1.5, size: 56, opacity: 1, yOffset },
    encoding: { x: x(field), y },
  });
  return {
    id,
    title,
    description: `${rows
      .map(({ name, a, b }) => `${name} from ${percent(a.value)} to ${percent(b.value)}`)
      .join('; ')}.`,
    width: 560,
    height: 34 * rows.length,
    padding: { left: margin + 20, right: 24, top: 28, bottom: 8 },
    key: [
      { label: labels[0], color: colors.ink, mark: 'ring' },
      { label: labels[1], color: colors.accent, mark: 'dot' },
    ],
    spec: {
      data: { values: flat },
      layer: [
        interval('lowA', 'highA', colors.ink, -5),
        interval('lowB', 'highB', colors.accent, 5),
        point('a', colors.paper, colors.ink, -5),
        point('b', colors.accent, colors.accent, 5),
      ],
    },
  };
}
