import type { Html } from '../html.js';

/** Space around a chart's plot for axes and labels, in pixels. */
export interface Padding {
  /** Beside the vertical axis. */
  readonly left: number;
  /** On the other side. */
  readonly right: number;
  /** Above. */
  readonly top: number;
  /** Below, for the horizontal axis. */
  readonly bottom: number;
}

/** A line of the key under a chart. */
export interface KeyEntry {
  /** What it stands for. */
  readonly label: string;
  /** A colour of the page, such as `var(--accent)`. */
  readonly color: string;
  /** How it is drawn. */
  readonly mark: 'dot' | 'ring' | 'line' | 'dash' | 'band';
}

/** A chart before it is drawn: a Vega-Lite specification with what a reader who cannot see it needs. */
export interface Chart {
  /** Unique on the page. */
  readonly id: string;
  /** What the chart is, as a heading. */
  readonly title: string;
  /** What the chart shows, in words. */
  readonly description: string;
  /** Width of the plot without padding, in pixels. */
  readonly width: number;
  /** Height of the plot without padding, in pixels. */
  readonly height: number;
  /** Space for axes. */
  readonly padding: Padding;
  /** What the marks mean. */
  readonly key?: readonly KeyEntry[];
  /** The Vega-Lite specification, without size, padding and configuration. */
  readonly spec: { readonly [field: string]: unknown };
}

/** Draws a chart as inline SVG. */
export type DrawChart = (chart: Chart) => Promise<Html>;
