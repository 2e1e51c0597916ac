import type { SystemReport } from '@limbeck/evaluators';
import { bytes, count, percent, short } from '../format.js';
import { html, type Html, type HtmlValue } from '../html.js';
import { dataTable, none } from './section.js';

interface Measure {
  readonly heading: string;
  readonly of: (system: SystemReport) => number | undefined;
  readonly show: (value: number) => string;
}

const known: readonly Measure[] = [
  { heading: 'Agrees with the teacher', of: (s) => s.agreement, show: (value) => percent(value) },
  { heading: 'NLL, nats', of: (s) => s.nll, show: short },
  { heading: 'Brier score', of: (s) => s.brier, show: short },
  { heading: 'After gzip', of: (s) => s.gzipBytes, show: bytes },
  { heading: 'Weights', of: (s) => s.parameters, show: count },
  { heading: 'Labels by hand', of: (s) => s.labels, show: count },
];

/** What was measured of the systems beyond the main table, to open. */
export function furtherMeasures(all: readonly SystemReport[]): Html | undefined {
  const own = [...new Set(all.flatMap(({ metrics = {} }) => Object.keys(metrics)))];
  const shown = [
    ...known,
    ...own.map((name) => ({
      heading: name,
      of: (s: SystemReport) => s.metrics?.[name],
      show: short,
    })),
  ].filter(({ of }) => all.some((system) => of(system) !== undefined));
  if (shown.length === 0) return undefined;
  const cell = (system: SystemReport, { of, show }: Measure): HtmlValue => {
    const value = of(system);
    return value === undefined ? none : show(value);
  };
  return html`<details>
    <summary>More measures of the same systems</summary>
    ${dataTable(
      'More measures of the same systems',
      [{ heading: 'System' }, ...shown.map(({ heading }) => ({ heading, numeric: true }))],
      all.map((system) => [system.name, ...shown.map((measure) => cell(system, measure))]),
    )}
  </details>`;
}
