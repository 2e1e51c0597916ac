import { count, percent, signedPoints } from '../../format.js';
import { html } from '../../html.js';
import { dataTable, figure, type Section, type Tools } from '../../sections/section.js';
import { changeChart } from '../change-chart.js';
import type { RunComparison } from '../run-comparison.js';

/** How the students' accuracy on slices changed, the largest change first. */
export async function comparedSlices(
  { slices, a, b }: RunComparison,
  tools: Tools,
): Promise<Section | undefined> {
  if (slices.length === 0) return undefined;
  const clear = slices.filter(({ difference }) => difference.low > 0 || difference.high < 0);
  const traits = new Set(slices.map(({ by }) => by)).size;
  const name = ({ by, value }: (typeof slices)[number]): string =>
    traits > 1 ? `${by} ${value}` : value;
  const chart = await figure(
    tools,
    changeChart({
      id: 'slices-change',
      title: 'Where the student changed most',
      rows: slices.slice(0, 12).map((slice) => ({ name: name(slice), a: slice.a, b: slice.b })),
      labels: [a.label, b.label],
    }),
  );
  return {
    id: 'slices',
    short: 'Slices',
    title: 'Where it gained and lost',
    body: html`<p class="lead">
        ${clear.length === 0 ? 'None' : count(clear.length)} of ${count(slices.length)} slices
        ${clear.length === 1 ? 'has' : 'have'} an interval that excludes 0. Of slices without any
        change up to one in twenty would by chance.
      </p>
      ${chart}
      <details>
        <summary>All slices that both runs have, as a table</summary>
        ${dataTable(
          'The student’s accuracy by slice, the largest change first; intervals as of independent runs',
          [
            { heading: 'Slice' },
            { heading: a.label, numeric: true },
            { heading: b.label, numeric: true },
            { heading: 'Difference', numeric: true },
            { heading: '95% interval', numeric: true },
            { heading: 'n', numeric: true },
          ],
          slices.map((slice) => [
            name(slice),
            percent(slice.a.value),
            percent(slice.b.value),
            signedPoints(slice.difference.value),
            `${signedPoints(slice.difference.low)} to ${signedPoints(slice.difference.high)}`,
            slice.n[0] === slice.n[1] ? count(slice.n[0]) : slice.n.map(count).join(', '),
          ]),
        )}
      </details>`,
  };
}
