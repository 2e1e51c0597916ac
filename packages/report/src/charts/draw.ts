import { LimbeckError } from '@limbeck/core';
import type { TopLevelSpec } from 'vega-lite';
import { html, trusted } from '../html.js';
import type { DrawChart } from './chart.js';

/** The page's colours, by the custom properties that its style sheet sets for light and dark. */
export const colors = {
  accent: 'var(--accent)',
  ink: 'var(--ink)',
  muted: 'var(--muted)',
  line: 'var(--line)',
  paper: 'var(--paper)',
} as const;

/** Colours and dashes that tell up to nine lines apart, the first of them the accent. */
export const looks = [
  [1, 0],
  [5, 3],
  [1, 3],
].flatMap((dash) => [colors.accent, colors.ink, colors.muted].map((color) => ({ color, dash })));

const axis = {
  domain: false,
  ticks: false,
  labelFlush: false,
  gridColor: colors.line,
  gridWidth: 1,
  labelColor: colors.muted,
  labelFontSize: 12,
  labelPadding: 8,
  titleColor: colors.muted,
  titleFontSize: 12,
  titleFontWeight: 'normal',
  titlePadding: 12,
};

const config = {
  // Every colour is a custom property, so one picture serves the light and the dark page.
  background: 'transparent',
  font: 'inherit',
  aria: false,
  view: { stroke: null },
  axis,
  header: { labelColor: colors.muted, titleColor: colors.muted },
  text: { fontSize: 12, fill: colors.ink },
  bar: { color: colors.accent },
};

/**
 * Loads Vega and Vega-Lite, which are optional peers, and returns what draws with them.
 *
 * @throws LimbeckError `missing-dependency` if they are not installed
 */
export async function loadCharts(): Promise<DrawChart> {
  const [vega, vegaLite] = await Promise.all([import('vega'), import('vega-lite')]).catch(
    (cause: unknown) => {
      throw new LimbeckError('missing-dependency', {
        where: 'renderReport',
        given: 'no vega and vega-lite',
        expected: 'both, which draw the charts',
        next: 'Run npm install vega vega-lite, or pass charts: false for a page of tables.',
        cause,
      });
    },
  );
  return async (chart) => {
    const { id, title, description, width, height, padding, spec } = chart;
    const full = { ...spec, width, height, padding, autosize: 'none', config };
    // Specifications are plain data here; their type would need a cast in every chart.
    const compiled = vegaLite.compile(full as unknown as TopLevelSpec).spec;
    const view = new vega.View(vega.parse(compiled), { renderer: 'none', logLevel: vega.Error });
    const svg = await view.toSVG();
    view.finalize();
    return frame(svg, id, title, description);
  };
}

/** Gives a picture its name and description, and its numbers fewer digits. */
function frame(svg: string, id: string, title: string, description: string): ReturnType<DrawChart> {
  const viewBox = /viewBox="([\d. -]+)"/u.exec(svg)?.[1] ?? '0 0 100 100';
  const [, , width] = viewBox.split(' ');
  const inner = svg
    .slice(svg.indexOf('>') + 1, svg.lastIndexOf('</svg>'))
    // A hundredth of a pixel is enough; sixteen digits make the page four times as large.
    .replaceAll(/ (?:d|transform|[xy][12]?|width|height)="[^"]*"/gu, (attribute) =>
      attribute.replaceAll(/-?\d+\.\d{3,}/gu, (digits) =>
        String(Number(Number(digits).toFixed(2))),
      ),
    );
  return Promise.resolve(
    html`<svg
      class="chart"
      viewBox="${viewBox}"
      style="--width:${width}px"
      role="img"
      aria-labelledby="${id}-title ${id}-description"
    >
      <title id="${id}-title">${title}</title>
      <desc id="${id}-description">${description}</desc>
      ${trusted(inner)}
    </svg>`,
  );
}
