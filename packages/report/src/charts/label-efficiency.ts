import type { LabelEfficiencyReport } from '@limbeck/evaluators';
import { count, percent } from '../format.js';
import type { Chart } from './chart.js';
import { colors } from './draw.js';
import { accuracyAxis, accuracyDomain } from './scales.js';

/** Accuracy by how many labels the student had, without a teacher, and the line that the distilled one reaches. */
export function labelEfficiencyChart(efficiency: LabelEfficiencyReport): Chart {
  const { points, distilled, equivalentLabels, sentence } = efficiency;
  const curve = points.map(({ labels, accuracy }) => ({ labels, ...accuracy }));
  const labels = [...points.map((point) => point.labels), distilled.labels].filter((n) => n > 0);
  const domain = [Math.min(...labels) / 1.25, Math.max(...labels) * 1.25];
  const x = {
    field: 'labels',
    type: 'quantitative',
    title: 'labels that the student learned from',
    scale: { type: 'log', domain, nice: false },
    axis: { grid: false, format: ',d', values: ticks(domain[0]!, domain[1]!) },
  };
  const y = {
    field: 'value',
    type: 'quantitative',
    title: null,
    scale: { domain: accuracyDomain([...points.map((p) => p.accuracy), distilled.accuracy]) },
    axis: accuracyAxis,
  };
  const line = { ...distilled.accuracy, labels: distilled.labels, equivalent: equivalentLabels };

  return {
    id: 'label-efficiency',
    title: 'What the teacher is worth in labels',
    description: `${sentence} Without a teacher the student reaches ${points
      .map((p) => `${percent(p.accuracy.value)} with ${count(p.labels)} labels`)
      .join(', ')}. Distilled it reaches ${percent(distilled.accuracy.value)}.`,
    width: 860,
    height: 320,
    padding: { left: 52, right: 24, top: 24, bottom: 52 },
    key: [
      { label: 'distilled', color: colors.accent, mark: 'line' },
      { label: 'labels alone', color: colors.ink, mark: 'line' },
      { label: '95% intervals', color: colors.muted, mark: 'band' },
    ],
    spec: {
      layer: [
        {
          data: { values: [line] },
          mark: { type: 'rect', color: colors.accent, opacity: 0.12 },
          encoding: {
            y: { ...y, field: 'low' },
            y2: { field: 'high' },
            x: { value: 0 },
            x2: { value: 'width' },
          },
        },
        {
          data: { values: curve },
          mark: { type: 'area', color: colors.ink, opacity: 0.1 },
          encoding: { x, y: { ...y, field: 'low' }, y2: { field: 'high' } },
        },
        {
          data: { values: curve },
          mark: { type: 'line', color: colors.ink, strokeWidth: 1.5 },
          encoding: { x, y },
        },
        {
          data: { values: curve },
          mark: { type: 'point', filled: true, color: colors.ink, size: 36, opacity: 1 },
          encoding: { x, y },
        },
        {
          data: { values: [line] },
          mark: { type: 'rule', color: colors.accent, strokeWidth: 1.5 },
          encoding: { y },
        },
        {
          data: { values: [line] },
          mark: { type: 'point', filled: true, color: colors.accent, size: 110, opacity: 1 },
          encoding: { x, y },
        },
        {
          data: { values: [line] },
          mark: {
            type: 'text',
            align: 'left',
            baseline: 'bottom',
            dx: 2,
            dy: -10,
            fill: colors.accent,
            fontWeight: 600,
          },
          encoding: {
            x,
            y,
            text: { value: `${count(distilled.labels)} labels and a teacher` },
          },
        },
        ...(equivalentLabels === null
          ? []
          : [
              {
                data: { values: [line] },
                mark: { type: 'rule', color: colors.accent, strokeDash: [2, 3] },
                encoding: {
                  x: { ...x, field: 'equivalent' },
                  y,
                  y2: { value: 'height' },
                },
              },
            ]),
      ],
    },
  };
}

/** One, two and five times the powers of ten between two numbers, thinned to powers where there are many. */
function ticks(low: number, high: number): number[] {
  const found: number[] = [];
  const wide = Math.log10(high / low) > 3;
  for (let power = Math.floor(Math.log10(low)); 10 ** power <= high; power++) {
    for (const step of wide ? [1] : [1, 2, 5]) {
      const tick = step * 10 ** power;
      if (tick >= low && tick <= high) found.push(tick);
    }
  }
  return found;
}
