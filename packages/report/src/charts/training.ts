import type { TrainingCurve } from '@limbeck/evaluators';
import { capital, significant } from '../format.js';
import type { Chart, KeyEntry } from './chart.js';
import { looks } from './draw.js';

/** One chart for each value that was followed during training, runs as lines. */
export function trainingCharts(curves: readonly TrainingCurve[]): Chart[] {
  const shown = curves.slice(0, looks.length);
  const names = new Set(
    shown.flatMap((curve) => curve.points.flatMap((point) => Object.keys(point.values))),
  );
  return [...names].map((name, i) => trainingChart(shown, name, `training-${i + 1}`));
}

function trainingChart(curves: readonly TrainingCurve[], name: string, id: string): Chart {
  const lines = curves
    .map(({ system, points }, i) => ({
      system,
      look: looks[i]!,
      values: points
        .filter((point) => point.values[name] !== undefined)
        .map((point) => ({ step: point.step, value: point.values[name]! })),
    }))
    .filter(({ values }) => values.length > 0);
  const ends = lines.map(({ system, values }) => {
    const first = values[0]!;
    const last = values.at(-1)!;
    return `${system} from ${significant(first.value, 3)} at step ${first.step} to ${significant(last.value, 3)} at step ${last.step}`;
  });
  const key: KeyEntry[] = lines.map(({ system, look }) => ({
    label: system,
    color: look.color,
    mark: look.dash[1] === 0 ? 'line' : 'dash',
  }));

  return {
    id,
    title: inWords(name),
    description: `${ends.join('; ')}.`,
    width: 300,
    height: 190,
    padding: { left: 52, right: 16, top: 12, bottom: 50 },
    key,
    spec: {
      layer: lines.map(({ look, values }) => ({
        data: { values },
        mark: {
          type: 'line',
          color: look.color,
          strokeWidth: 1.75,
          ...(look.dash[1] === 0 ? {} : { strokeDash: look.dash }),
        },
        encoding: {
          x: {
            field: 'step',
            type: 'quantitative',
            title: 'optimiser step',
            axis: { grid: false, tickCount: 4, format: ',d' },
          },
          y: {
            field: 'value',
            type: 'quantitative',
            title: null,
            scale: { zero: false },
            axis: { tickCount: 4 },
          },
        },
      })),
    },
  };
}

/** A value's name as a heading: `softTargets` as "Soft targets"; a name that has spaces stays as it is. */
function inWords(name: string): string {
  const words = name.includes(' ')
    ? name
    : name.replaceAll(/(?<=[a-z])[A-Z](?=[a-z])/gu, (letter) => ` ${letter.toLowerCase()}`);
  return capital(words);
}
