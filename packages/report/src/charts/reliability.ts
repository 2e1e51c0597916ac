import type { ReliabilityReport } from '@limbeck/evaluators';
import { percent } from '../format.js';
import type { Chart } from './chart.js';
import { colors } from './draw.js';

/** Confidence against accuracy: on the diagonal, confidence can be taken at its word. */
export function reliabilityChart(reliability: ReliabilityReport, id: string): Chart {
  const bins = reliability.bins.filter((bin) => bin.count > 0);
  const most = Math.max(1, ...bins.map((bin) => bin.count));
  const axis = { format: '.0%', values: [0, 0.25, 0.5, 0.75, 1] };
  const scale = { domain: [0, 1] };
  const x = { field: 'confidence', type: 'quantitative', title: 'confidence', scale, axis };
  const y = {
    field: 'accuracy',
    type: 'quantitative',
    title: 'share right',
    scale,
    axis: { ...axis, titleX: -48 },
  };

  return {
    id,
    title: `Reliability of ${reliability.system}`,
    description: `Expected calibration error ${percent(reliability.ece)}. ${bins
      .map(
        (bin) =>
          `At ${percent(bin.confidence, 0)} confidence ${percent(bin.accuracy, 0)} of ${bin.count} are right`,
      )
      .join('; ')}.`,
    width: 250,
    height: 250,
    padding: { left: 66, right: 24, top: 12, bottom: 52 },
    spec: {
      layer: [
        {
          data: {
            values: [
              { confidence: 0, accuracy: 0 },
              { confidence: 1, accuracy: 1 },
            ],
          },
          mark: { type: 'line', color: colors.muted, strokeDash: [3, 3], strokeWidth: 1 },
          encoding: { x, y },
        },
        {
          data: { values: bins },
          mark: { type: 'rule', color: colors.accent, opacity: 0.5, strokeWidth: 2 },
          encoding: { x, y, y2: { field: 'confidence' } },
        },
        {
          data: { values: bins },
          mark: { type: 'point', filled: true, color: colors.accent, opacity: 1 },
          encoding: {
            x,
            y,
            size: {
              field: 'count',
              type: 'quantitative',
              scale: { type: 'linear', domain: [0, most], range: [16, 220] },
              legend: null,
            },
          },
        },
      ],
    },
  };
}
