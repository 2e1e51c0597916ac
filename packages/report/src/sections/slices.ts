import type { RunReport } from '@limbeck/evaluators';
import { manyValues, slicesChart } from '../charts/slices.js';
import { capital, count, percent, range } from '../format.js';
import { html, type Html } from '../html.js';
import { studentOf, systemOf } from '../pick-systems.js';
import { dataTable, figure, type Section, type Tools } from './section.js';

/** Accuracy by trait: a chart for each, and all numbers in a table to open. */
export async function slices(report: RunReport, tools: Tools): Promise<Section | undefined> {
  const traits = [...new Set(report.slices.map((slice) => slice.by))];
  if (traits.length === 0) return undefined;
  const wide: Html[] = [];
  const narrow: Html[] = [];
  for (const [i, by] of traits.entries()) {
    const chart = await figure(tools, slicesChart(report, by, `slices-${i + 1}`));
    const rows = report.slices.filter((slice) => slice.by === by);
    const table = dataTable(
      `Accuracy by ${by}`,
      [
        { heading: capital(by) },
        { heading: 'System' },
        { heading: 'Accuracy', numeric: true },
        { heading: '95% interval', numeric: true },
        { heading: 'n', numeric: true },
        { heading: 'Groups', numeric: true },
      ],
      rows.map(({ value, system, accuracy, n, groups }) => [
        value,
        system,
        percent(accuracy.value),
        range(accuracy),
        count(n),
        groups === undefined ? '' : count(groups),
      ]),
    );
    const values = new Set(rows.map(({ value }) => value));
    (values.size > manyValues ? wide : narrow).push(
      chart === undefined
        ? table
        : html`<div>
            <div class="beside">${chart}${values.size > manyValues && behind(report, by)}</div>
            <details>
              <summary>All systems by ${by}, as a table</summary>
              ${table}
            </details>
          </div>`,
    );
  }
  return {
    id: 'slices',
    short: 'Slices',
    title: 'Where it is strong and weak',
    body: html`${wide}
      <div class="pair">${narrow}</div>`,
  };
}

/** Where the student trails its teacher most, as a list beside the chart. */
function behind(report: RunReport, by: string): Html | undefined {
  const of = (system: string | undefined) =>
    new Map(
      report.slices
        .filter((slice) => slice.by === by && slice.system === system)
        .map((slice) => [slice.value, slice.accuracy.value]),
    );
  const teacher = of(systemOf(report, 'teacher')?.name);
  const gaps = [...of(studentOf(report)?.name)]
    .map(([value, student]) => ({ value, student, gap: (teacher.get(value) ?? 0) - student }))
    .filter(({ gap }) => gap > 0)
    .toSorted((a, b) => b.gap - a.gap)
    .slice(0, 7);
  if (gaps.length === 0) return undefined;
  return html`<div class="aside">
    <h3>Where it trails its teacher most</h3>
    <ol class="ranked">
      ${gaps.map(
        ({ value, student, gap }) =>
          html`<li>
            <b>${value}</b>
            <span>${(gap * 100).toFixed(1)} points behind, at ${percent(student)}</span>
          </li> `,
      )}
    </ol>
  </div>`;
}
