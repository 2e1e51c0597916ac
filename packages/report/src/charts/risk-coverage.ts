import type { RiskCoverageReport } from '@limbeck/evaluators';
import { percent } from '../format.js';
import type { Chart } from './chart.js';
import { looks } from './draw.js';

/** How often answers are wrong, by the share of items that are answered at all: the surest first. */
export function riskCoverageChart(curves: readonly RiskCoverageReport[]): Chart | undefined {
  const shown = curves.filter(({ points }) => points.length > 0).slice(0, looks.length);
  if (shown.length === 0) return undefined;
  const x = {
    field: 'coverage',
    type: 'quantitative',
    title: 'share of inputs that are answered',
    scale: { domain: [0, 1] },
    axis: { format: '.0%', values: [0, 0.25, 0.5, 0.75, 1], grid: false },
  };
  const y = {
    field: 'risk',
    type: 'quantitative',
    title: 'share of answers that are wrong',
    axis: { format: '.1~%', tickCount: 5, titleX: -48 },
  };
  const said = shown.map(({ system, points }) => {
    const half = points.find(({ coverage }) => coverage >= 0.5) ?? points.at(-1)!;
    const all = points.at(-1)!;
    return `${system} errs on ${percent(half.risk)} of the surest ${percent(half.coverage, 0)} and on ${percent(all.risk)} of ${percent(all.coverage, 0)}`;
  });
  return {
    id: 'risk-coverage',
    title: 'Holding doubtful answers back',
    description: `${said.join('; ')}.`,
    width: 240,
    height: 250,
    padding: { left: 66, right: 24, top: 12, bottom: 52 },
    key: shown.map(({ system }, i) => ({
      label: system,
      color: looks[i]!.color,
      mark: looks[i]!.dash[1] === 0 ? 'line' : 'dash',
    })),
    spec: {
      layer: shown.map(({ points }, i) => ({
        data: { values: points },
        mark: {
          type: 'line',
          color: looks[i]!.color,
          strokeWidth: 2,
          ...(looks[i]!.dash[1] === 0 ? {} : { strokeDash: looks[i]!.dash }),
        },
        encoding: { x, y },
      })),
    },
  };
}
