import type uPlotType from 'uplot';
import { count, measured } from './words.js';

// The page loads uPlot by a script of its own.
declare const uPlot: typeof uPlotType;

/** What a chart draws. */
export interface ChartData {
  /** Names of the lines. */
  readonly names: readonly string[];
  /** The optimiser's steps, in rising order. */
  readonly steps: readonly number[];
  /** A column a line; `null` where it has no value. */
  readonly columns: readonly (readonly (number | null)[])[];
}

const tones = ['--accent', '--ink', '--second', '--third', '--muted', '--fourth'];
const dashes = [[], [6, 4], [2, 3]];

/** A chart that is drawn again as values come, with its key in words beneath it. */
export class LiveChart {
  readonly #figure: HTMLElement;
  readonly #box: HTMLElement;
  readonly #key: HTMLElement;
  readonly #title: string;
  #plot: uPlotType | undefined;
  #names = '';
  #data: ChartData = { names: [], steps: [], columns: [] };
  #describedMs = 0;

  constructor(id: string, title: string) {
    this.#figure = document.querySelector<HTMLElement>(`#${id}`)!;
    this.#box = this.#figure.querySelector<HTMLElement>('.plot')!;
    this.#key = this.#figure.querySelector<HTMLElement>('.key')!;
    this.#title = title;
    new ResizeObserver(() => this.#resize()).observe(this.#box);
    matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => {
      this.#plot?.redraw(false);
      this.#writeKey(undefined);
    });
  }

  /** Shows other values; hides the chart where there are none. */
  show(data: ChartData): void {
    this.#data = data;
    this.#figure.hidden = data.names.length === 0;
    if (this.#figure.hidden) return;
    const columns = [data.steps, ...data.columns] as unknown as uPlotType.AlignedData;
    const names = data.names.join('\n');
    if (this.#plot === undefined || names !== this.#names) {
      this.#plot?.destroy();
      this.#names = names;
      this.#plot = new uPlot(this.#options(data.names), columns, this.#box);
    } else this.#plot.setData(columns);
    this.#writeKey(undefined);
    this.#describe();
  }

  #options(names: readonly string[]): uPlotType.Options {
    const font = '12px system-ui, sans-serif';
    const axis: uPlotType.Axis = {
      stroke: () => css('--muted'),
      grid: { stroke: () => css('--line'), width: 1 },
      ticks: { show: false },
      font,
    };
    return {
      ...this.#size(),
      legend: { show: false },
      cursor: { y: false, drag: { x: false, y: false }, points: { size: 7 } },
      scales: { x: { time: false } },
      axes: [
        {
          ...axis,
          ...(this.#isLarge() ? { label: 'optimiser step', labelFont: font, labelSize: 22 } : {}),
          size: 34,
          grid: { show: false },
          values: (_, ticks) => ticks.map((at) => count(at)),
        },
        { ...axis, size: 64, values: (_, ticks) => ticks.map((at) => measured(at)) },
      ],
      series: [
        { label: 'step' },
        ...names.map((label, i): uPlotType.Series => ({
          label,
          stroke: () => css(toneOf(i)),
          width: i === 0 ? 2 : 1.5,
          dash: dashOf(i),
          spanGaps: true,
          points: { show: this.#data.steps.length < 3 },
        })),
      ],
      hooks: { setCursor: [(plot) => this.#writeKey(plot.cursor.idx ?? undefined)] },
    };
  }

  #size(): { readonly width: number; readonly height: number } {
    const width = Math.max(120, this.#box.clientWidth);
    return { width, height: this.#isLarge() ? 330 : 170 };
  }

  #isLarge(): boolean {
    return this.#figure.classList.contains('large');
  }

  #resize(): void {
    if (this.#plot !== undefined && this.#box.clientWidth > 0) this.#plot.setSize(this.#size());
  }

  /** The lines' names and values: at the pointer, or the latest. */
  #writeKey(at: number | undefined): void {
    const { names, steps, columns } = this.#data;
    const place = at ?? steps.length - 1;
    const items = names.map((name, i) => {
      const value = columns[i]?.[place] ?? columns[i]?.findLast((one) => one !== null);
      const item = document.createElement('li');
      const mark = document.createElement('span');
      mark.className = 'mark';
      mark.setAttribute('aria-hidden', 'true');
      // Set one by one, which the page's policy lets a script do.
      mark.style.borderTopColor = css(toneOf(i));
      mark.style.borderTopStyle = dashOf(i).length > 0 ? 'dashed' : 'solid';
      const figure = document.createElement('b');
      figure.textContent = value === undefined || value === null ? '–' : measured(value);
      item.append(mark, name, ' ', figure);
      return item;
    });
    if (at !== undefined) {
      const item = document.createElement('li');
      item.textContent = `at step ${count(steps[at] ?? 0)}`;
      items.push(item);
    }
    this.#key.replaceChildren(...items);
  }

  /** Says in words what the picture shows; seldom, since a screen reader may be reading it. */
  #describe(): void {
    if (performance.now() - this.#describedMs < 5000 && this.#describedMs > 0) return;
    this.#describedMs = performance.now();
    const { names, steps, columns } = this.#data;
    const said = names.map((name, i) => {
      const known = columns[i]!.filter((value) => value !== null);
      const [first, last] = [known[0], known.at(-1)];
      return `${name} from ${first === undefined ? 'nothing' : measured(first)} to ${last === undefined ? 'nothing' : measured(last)}`;
    });
    this.#box.setAttribute(
      'aria-label',
      `${this.#title}, steps ${count(steps[0] ?? 0)} to ${count(steps.at(-1) ?? 0)}: ${said.join('; ')}.`,
    );
  }
}

function toneOf(i: number): string {
  return tones[i % tones.length]!;
}

function dashOf(i: number): number[] {
  return [...dashes[Math.floor(i / tones.length) % dashes.length]!];
}

/** A colour of the page, as the reader's choice of light or dark has it now. */
function css(name: string): string {
  return getComputedStyle(document.documentElement).getPropertyValue(name).trim();
}
