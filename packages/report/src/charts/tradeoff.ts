import type { SystemReport } from '@limbeck/evaluators';
import { bytes, milliseconds, percent } from '../format.js';
import type { Chart } from './chart.js';
import { colors } from './draw.js';
import { paretoFront } from './pareto.js';
import { type Obstacle, placeLabels } from './place-labels.js';
import { accuracyAxis, accuracyDomain } from './scales.js';

const width = 340;
const height = 280;

// Costs beyond these bytes or milliseconds have no place on the axis.
const [least, most] = [1e-9, 1e18];

/** Accuracy against the size of what ships, or against the median time of a call; undefined for fewer than two systems. */
export function tradeoffChart(
  systems: readonly SystemReport[],
  against: 'size' | 'latency',
): Chart | undefined {
  const costOf = (system: SystemReport): number | undefined =>
    against === 'size' ? system.sizeBytes : system.latencyMs?.p50;
  const show = against === 'size' ? bytes : milliseconds;
  const shown = systems.flatMap((system) => {
    const cost = costOf(system);
    return cost === undefined || !(cost > least && cost < most) ? [] : [{ system, cost }];
  });
  if (shown.length < 2) return undefined;

  const costs = shown.map(({ cost }) => cost);
  const domain = [Math.min(...costs) / 2, Math.max(...costs) * 2] as const;
  const yDomain = accuracyDomain(shown.map(({ system }) => system.accuracy));
  const points = shown.map(({ system, cost }) => {
    const { name, role, accuracy } = system;
    const ours = role === 'student' || role === 'student-int8';
    const px = (Math.log(cost / domain[0]) / Math.log(domain[1] / domain[0])) * width;
    const py = height * (1 - (accuracy.value - yDomain[0]) / (yDomain[1] - yDomain[0]));
    return { name, cost, ...accuracy, ours, px, py };
  });
  const front = paretoFront(points);
  const labels = placeLabels(points, width, height, steps(front));
  const cheaper = against === 'size' ? 'smaller' : 'faster';
  const x = {
    field: 'cost',
    type: 'quantitative',
    title: against === 'size' ? 'size of what ships' : 'median time of one call',
    scale: { type: 'log', domain, nice: false },
    axis: {
      values: ticks(domain[0], domain[1]),
      labelExpr: labelExpression(against),
      gridDash: [1, 3],
    },
  };
  const y = {
    field: 'value',
    type: 'quantitative',
    title: null,
    scale: { domain: yDomain },
    axis: accuracyAxis,
  };
  const color = {
    condition: { test: 'datum.ours', value: colors.accent },
    value: colors.ink,
  };

  return {
    id: `accuracy-${against}`,
    title: against === 'size' ? 'Accuracy against size' : 'Accuracy against latency',
    description: `${points
      .map((point) => `${point.name}: ${percent(point.value)} at ${show(point.cost)}`)
      .join('; ')}. Better is up and to the left. Nothing ${cheaper} is as accurate as ${front
      .map(({ name }) => name)
      .join(', ')}.`,
    width,
    height,
    padding: { left: 48, right: 30, top: 16, bottom: 52 },
    key: [
      { label: 'student', color: colors.accent, mark: 'dot' },
      { label: 'others', color: colors.ink, mark: 'dot' },
      { label: `front: nothing ${cheaper} is as accurate`, color: colors.accent, mark: 'dash' },
    ],
    spec: {
      layer: [
        {
          // From the cheapest of the front to the plot's right end.
          data: { values: [...front, { ...front.at(-1)!, cost: domain[1] }] },
          mark: {
            type: 'line',
            interpolate: 'step-after',
            color: colors.accent,
            strokeWidth: 1.25,
            strokeDash: [4, 3],
            opacity: 0.7,
          },
          encoding: { x, y, order: { field: 'cost', type: 'quantitative' } },
        },
        {
          data: { values: points },
          mark: { type: 'rule', opacity: 0.45 },
          encoding: { x, y: { ...y, field: 'low' }, y2: { field: 'high' }, color },
        },
        {
          data: { values: points },
          mark: { type: 'point', filled: true, size: 64, opacity: 1 },
          encoding: { x, y, color },
        },
        ...(['left', 'right', 'center'] as const).map((align) => ({
          data: { values: labels.filter((label) => label.align === align) },
          mark: { type: 'text', align, baseline: 'middle', fontSize: 11.5 },
          encoding: {
            x: { field: 'x', type: 'quantitative', scale: null, axis: null },
            y: { field: 'y', type: 'quantitative', scale: null, axis: null },
            text: { field: 'name' },
            color,
          },
        })),
      ],
    },
  };
}

/** Where the line of the front runs: from each point to the next one's cost, then up to it. */
function steps(front: readonly { readonly px: number; readonly py: number }[]): Obstacle[] {
  return front.flatMap(({ px, py }, i) => {
    const next = front[i + 1];
    const level = { left: px, right: next?.px ?? width, top: py - 1, bottom: py + 1 };
    return next === undefined
      ? [level]
      : [level, { left: next.px - 1, right: next.px + 1, top: next.py, bottom: py }];
  });
}

/** Powers of ten between two numbers, and also twice and five times those where there are few. */
function ticks(low: number, high: number): number[] {
  const between = (steps: readonly number[]): number[] => {
    const found: number[] = [];
    for (let power = Math.floor(Math.log10(low)); 10 ** power <= high; power++) {
      found.push(...steps.map((step) => Number((step * 10 ** power).toPrecision(1))));
    }
    return found.filter((tick) => tick >= low && tick <= high);
  };
  const decades = between([1]);
  return decades.length > 1 ? decades : between([1, 2, 5]);
}

/** The axis label of a tick, as a Vega expression. */
function labelExpression(against: 'size' | 'latency'): string {
  return against === 'size'
    ? "datum.value >= 1e9 ? format(datum.value / 1e9, '~g') + ' GB' : datum.value >= 1e6 ? format(datum.value / 1e6, '~g') + ' MB' : datum.value >= 1e3 ? format(datum.value / 1e3, '~g') + ' kB' : format(datum.value, '~g') + ' B'"
    : "datum.value >= 1e3 ? format(datum.value / 1e3, '~g') + ' s' : format(datum.value, '~g') + ' ms'";
}
