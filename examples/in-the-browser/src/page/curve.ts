import uPlot from 'uplot';

/** A curve that grows. */
export interface Curve {
  /** Starts anew, along so many steps. */
  clear(steps: number): void;
  add(step: number, value: number): void;
  /** Draws it again, in the colours of now. */
  redraw(): void;
}

/** Options of {@link makeCurve}. */
export interface CurveOptions {
  /** The variable of the style sheet that holds its colour. */
  readonly colour: string;
  /** The ends of its axis, from the values so far. */
  readonly range: (low: number, high: number) => [number, number];
  /** How a value is written on its axis. */
  readonly write: (value: number) => string;
  /** A level to compare with, drawn dashed, from 0 to 1. */
  readonly level?: () => number | undefined;
}

/** A curve in an element, as large as that is. */
export function makeCurve(into: HTMLElement, options: CurveOptions): Curve {
  const xs: number[] = [];
  const ys: number[] = [];
  let end = 100;
  const style = (name: string): string =>
    getComputedStyle(document.documentElement).getPropertyValue(name).trim();
  const font = `12px ${style('--sans')}`;
  const axis: uPlot.Axis = {
    stroke: () => style('--muted'),
    font,
    grid: { stroke: () => style('--line'), width: 1 },
    ticks: { show: false },
  };
  const measure = (): { width: number; height: number } => ({
    width: into.clientWidth,
    height: into.clientHeight,
  });
  const plot = new uPlot(
    {
      ...measure(),
      legend: { show: false },
      cursor: { show: false },
      padding: [12, 16, 0, 0],
      scales: {
        x: { time: false, range: () => [0, end] },
        y: { range: (_, low, high) => options.range(low ?? 0, high ?? 1) },
      },
      axes: [
        { ...axis, grid: { show: false }, size: 30, space: 70 },
        { ...axis, size: 46, values: (_, all) => all.map(options.write) },
      ],
      series: [
        {},
        {
          stroke: () => style(options.colour),
          width: 2,
          fill: () => `color-mix(in srgb, ${style(options.colour)} 9%, transparent)`,
          points: { show: false },
        },
      ],
      hooks: { draw: [(drawn) => drawLevel(drawn, options.level?.(), style('--muted'))] },
    },
    [xs, ys],
    into,
  );
  let waiting = false;
  /** At most once a frame, however fast values come. */
  const draw = (): void => {
    if (waiting) return;
    waiting = true;
    requestAnimationFrame(() => {
      waiting = false;
      plot.setData([xs, ys]);
    });
  };
  new ResizeObserver(() => plot.setSize(measure())).observe(into);
  return {
    clear(steps) {
      end = steps;
      xs.length = 0;
      ys.length = 0;
      draw();
    },
    add(step, value) {
      xs.push(step);
      ys.push(value);
      draw();
    },
    redraw: draw,
  };
}

function drawLevel(plot: uPlot, level: number | undefined, colour: string): void {
  if (level === undefined) return;
  const { ctx, bbox } = plot;
  const y = Math.round(plot.valToPos(level, 'y', true));
  ctx.save();
  ctx.strokeStyle = colour;
  ctx.lineWidth = devicePixelRatio;
  ctx.setLineDash([4 * devicePixelRatio, 4 * devicePixelRatio]);
  ctx.beginPath();
  ctx.moveTo(bbox.left, y);
  ctx.lineTo(bbox.left + bbox.width, y);
  ctx.stroke();
  ctx.restore();
}
