import { type ChartData, LiveChart } from './chart.js';
import type { Point, Training } from './state.js';
import { inWords } from './words.js';

/** Which chart a metric belongs to. */
const kinds = [
  { id: 'losses', title: 'Loss', of: 'points', fits: () => true },
  { id: 'held-out', title: 'On held-out data', of: 'evaluations', fits: () => true },
  { id: 'rate', title: 'Learning rate', of: 'points', fits: isRate },
  { id: 'gradient', title: 'Gradient norm', of: 'points', fits: isNorm },
] as const;

function isRate(name: string): boolean {
  return /(?:^|\/)rate(?: \(|$)/u.test(name);
}

function isNorm(name: string): boolean {
  return /(?:^|\/)gradientNorm(?: \(|$)/u.test(name);
}

/** The charts of one training, each in its element; those without a value are hidden. */
export class Charts {
  readonly #charts: readonly { readonly kind: (typeof kinds)[number]; readonly chart: LiveChart }[];

  constructor() {
    this.#charts = kinds.map((kind) => ({ kind, chart: new LiveChart(kind.id, kind.title) }));
  }

  /** Shows a training. */
  show(training: Training | undefined): void {
    for (const { kind, chart } of this.#charts) {
      const points = training?.[kind.of] ?? [];
      chart.show(dataOf(points, (name) => belongs(kind, name)));
    }
  }
}

function belongs(kind: (typeof kinds)[number], name: string): boolean {
  if (kind.id === 'losses') return !isRate(name) && !isNorm(name);
  return kind.fits(name);
}

/** Points as columns: the steps, then a column a metric, `loss` first. */
export function dataOf(points: readonly Point[], fits: (name: string) => boolean): ChartData {
  const names = [...new Set(points.flatMap(({ values }) => Object.keys(values)))].filter(fits);
  names.sort((a, b) => Number(b === 'loss') - Number(a === 'loss'));
  return {
    names: names.map(inWords),
    steps: points.map(({ step }) => step),
    columns: names.map((name) => points.map(({ values }) => values[name] ?? null)),
  };
}
