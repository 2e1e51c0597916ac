import type { DataReport, RunReport } from '@limbeck/evaluators';
import { badReasonsOf } from '../bad-reasons.js';
import { labelCountsChart } from '../charts/label-counts.js';
import { capital, count, percent } from '../format.js';
import { html, type Html, type HtmlValue } from '../html.js';
import { dataTable, figure, none, type Section, type Tools } from './section.js';

/** Where the records went and what they are like. */
export async function data(report: RunReport, tools: Tools): Promise<Section | undefined> {
  const { data: found } = report;
  if (found === undefined) return undefined;
  const chart = await figure(tools, labelCountsChart(found.labels));
  const table = labelTable(found);
  return {
    id: 'data',
    short: 'Data',
    title: 'What it learnt from',
    body: html`<div class="pair">
      <div>${flow(report, found)}</div>
      <div>
        ${chart ?? table}
        ${
          chart !== undefined &&
          html`<details>
            <summary>Rows by class, as a table</summary>
            ${table}
          </details>`
        }
        ${lengths(found)} ${leaks(found)}
      </div>
    </div>`,
  };
}

/** From the files to the rows of each part. */
function flow({ dataset }: RunReport, found: DataReport): Html {
  const { records, bad = 0, leftOut = {}, deadLetter, duplicates } = found;
  const share = (n: number): string => (records === 0 ? '' : percent(n / records));
  const rows: HtmlValue[][] = [
    ['Records in the files', count(records), ''],
    ...(bad === 0 && found.bad === undefined
      ? []
      : [
          [
            html`Could not be
            read${deadLetter !== undefined && html` <span class="under">set aside in ${deadLetter}</span>`}`,
            count(bad),
            share(bad),
          ],
        ]),
    ...badReasonsOf(found).map(([reason, n]) => [
      html`<span class="inner">${reason}</span>`,
      count(n),
      share(n),
    ]),
    ...Object.entries(leftOut).map(([reason, n]) => [
      html`Left out: ${reason}`,
      count(n),
      share(n),
    ]),
    ...(dataset.splits ?? []).map(({ name, rows: n, groups }) => [
      html`<b>To ${name}</b
        >${groups !== undefined && html` <span class="under">${count(groups)} groups</span>`}`,
      html`<b>${count(n)}</b>`,
      share(n),
    ]),
  ];
  return html`${dataTable(
    'Where the records went',
    [
      { heading: 'Records' },
      { heading: 'How many', numeric: true },
      { heading: 'Share', numeric: true },
    ],
    rows,
  )}
  ${
    duplicates !== undefined &&
    html`<p class="small">
      <b>Repeats</b>: ${count(duplicates.exact)}
      exact${duplicates.near !== undefined && html`, ${count(duplicates.near)} near`}.
      ${duplicates.note}
    </p>`
  }`;
}

function leaks({ leaks: all = [] }: DataReport): Html | undefined {
  if (all.length === 0) return undefined;
  const said = (n: number | undefined): HtmlValue => (n === undefined ? none : count(n));
  return dataTable(
    'What two parts share: 0 everywhere means that no test item was seen in training',
    [
      { heading: 'Parts' },
      { heading: 'Exact', numeric: true },
      { heading: 'Near', numeric: true },
      { heading: 'Groups', numeric: true },
    ],
    all.map(({ between, exact, near, groups }) => [
      between.join(' and '),
      count(exact),
      said(near),
      said(groups),
    ]),
  );
}

function lengths({ lengths: found }: DataReport): Html | undefined {
  if (found === undefined || found.quantiles.length === 0) return undefined;
  const { unit, quantiles, cut } = found;
  const name = (share: number): string =>
    share === 0
      ? 'shortest'
      : share === 0.5
        ? 'median'
        : share === 1
          ? 'longest'
          : percent(share, 0);
  return html`${dataTable(
    `Length of the inputs, in ${unit}: so much of them is at most so long`,
    [
      { heading: 'Inputs' },
      ...quantiles.map(({ share }) => ({ heading: name(share), numeric: true })),
    ],
    [[unit, ...quantiles.map(({ value }) => count(value))]],
  )}
  ${cut !== undefined && cut > 0 && html`<p class="small">${count(cut)} of them are longer than the student reads: it sees their beginning.</p>`}`;
}

function labelTable({ labels }: DataReport): Html {
  const splits = [...new Set(labels.flatMap((one) => Object.keys(one.splits ?? {})))];
  return dataTable(
    'Rows by class',
    [
      { heading: 'Class' },
      { heading: 'Rows', numeric: true },
      ...splits.map((split) => ({
        heading: capital(split),
        numeric: true,
      })),
    ],
    labels.map(({ label, rows, splits: own = {} }) => [
      label,
      count(rows),
      ...splits.map((split) => count(own[split] ?? 0)),
    ]),
  );
}
