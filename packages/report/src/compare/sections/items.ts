import { count, percent } from '../../format.js';
import { html } from '../../html.js';
import { dataTable, type Section } from '../../sections/section.js';
import type { RunComparison } from '../run-comparison.js';

/** What became of single items, where the runs are paired. */
export function comparedItems({ items, a, b }: RunComparison): Section | undefined {
  if (items === undefined) return undefined;
  const { both, onlyA, onlyB, neither } = items;
  const total = both + onlyA + onlyB + neither;
  const cell = (n: number): string => `${count(n)} (${percent(n / total)})`;
  return {
    id: 'items',
    short: 'Items',
    title: 'Item by item',
    body: html`<p class="lead">
        Of the ${count(total)} items that both students answered, ${count(onlyB)} were wrong in the
        first run and are right in the second; ${count(onlyA)} went the other way.
      </p>
      ${dataTable(
        'The items of both runs, by which student is right (of the first seed)',
        [
          { heading: a.label },
          { heading: `${b.label}: right`, numeric: true },
          { heading: `${b.label}: wrong`, numeric: true },
        ],
        [
          ['right', cell(both), cell(onlyA)],
          ['wrong', cell(onlyB), cell(neither)],
        ],
      )}`,
  };
}
