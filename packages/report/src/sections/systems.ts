import type { RunReport, Role, SystemReport } from '@limbeck/evaluators';
import { accuracyDomain } from '../charts/scales.js';
import { tradeoffChart } from '../charts/tradeoff.js';
import { bytes, count, percent, range, short } from '../format.js';
import { html, type Html } from '../html.js';
import { controlRoles, roleNames } from '../pick-systems.js';
import { furtherMeasures } from './measures.js';
import { dataTable, figure, none, type Section, type Tools } from './section.js';

const groups: readonly { readonly title: string; readonly roles: readonly Role[] }[] = [
  { title: 'Teacher and student', roles: ['teacher', 'student', 'student-int8'] },
  { title: 'Controls: the same student', roles: controlRoles },
  { title: 'For comparison', roles: ['method', 'baseline', 'peer', 'reference'] },
];

/** Every system on the same items, and what its accuracy costs. */
export async function systems(report: RunReport, tools: Tools): Promise<Section> {
  const { sets = [] } = report;
  // Controls weigh and take what the student does: their points would only hide its own.
  const shown = report.systems.filter(({ role }) => !controlRoles.includes(role));
  const charts = [
    await figure(tools, tradeoffChart(shown, 'size')),
    await figure(tools, tradeoffChart(shown, 'latency')),
  ].filter((chart) => chart !== undefined);
  const setTable =
    sets.length > 0 &&
    dataTable(
      'The same systems on further items',
      [
        { heading: 'System' },
        { heading: 'Items' },
        { heading: 'Accuracy', numeric: true },
        { heading: '95% interval', numeric: true },
        { heading: 'Macro-F1', numeric: true },
        { heading: 'ECE', numeric: true },
        { heading: 'n', numeric: true },
      ],
      sets.map(({ set, system, accuracy, macroF1, ece, n }) => [
        system,
        set,
        percent(accuracy.value),
        range(accuracy),
        macroF1 === undefined ? none : percent(macroF1),
        ece === undefined ? none : percent(ece),
        count(n),
      ]),
    );
  return {
    id: 'systems',
    short: 'Systems',
    title: 'Systems',
    body: html`${systemTable(report)} ${timing(report.systems)} ${notes(report.systems)}
    ${furtherMeasures(report.systems)}
    ${charts.length > 0 && html`<div class="pair">${charts}</div>`} ${setTable}`,
  };
}

const columns = 9;

function systemTable({ systems: all }: RunReport): Html {
  const domain = accuracyDomain(all.map((system) => system.accuracy));
  const bodies = groups.map(({ title, roles }) => {
    const rows = roles.flatMap((role) => all.filter((system) => system.role === role));
    return (
      rows.length > 0 &&
      html`<tbody>
        <tr class="group">
          <th scope="rowgroup" colspan="${columns}">${title}</th>
        </tr>
        ${rows.map((system) => systemRow(system, domain))}
      </tbody>`
    );
  });
  return html`<div class="scroll" tabindex="0" role="region" aria-label="Systems on the same items">
    <table class="systems">
      <caption>
        <span
          >All systems on the same items. Abstentions count as wrong; intervals are 95% and resample
          whole groups of items.</span
        >
      </caption>
      <thead>
        <tr>
          <th scope="col">System</th>
          <th scope="col" class="number">Accuracy</th>
          <th scope="col" class="range">
            <span class="axis"
              ><span>${percent(domain[0], 0)}</span><span class="hidden">interval</span
              ><span>${percent(domain[1], 0)}</span></span
            >
          </th>
          <th scope="col" class="number">Macro-F1</th>
          <th scope="col" class="number"><abbr title="expected calibration error">ECE</abbr></th>
          <th scope="col" class="number">p50, ms</th>
          <th scope="col" class="number">p95, ms</th>
          <th scope="col" class="number">Size</th>
          <th scope="col" class="number">n</th>
        </tr>
      </thead>
      ${bodies}
    </table>
  </div>`;
}

function systemRow(system: SystemReport, domain: readonly [number, number]): Html {
  const { name, role, accuracy, abstained = 0, macroF1, ece, latencyMs, sizeBytes, n } = system;
  const at = (value: number): string =>
    `${(((value - domain[0]) / (domain[1] - domain[0])) * 100).toFixed(2)}%`;
  const ours = role === 'student' || role === 'student-int8';
  const tag = roleNames[role];
  return html`<tr${ours && html` class="ours"`}><th scope="row">${name}${!name.includes(tag) && html` <span class="role">${tag}</span>`}</th>
<td class="number"><b>${percent(accuracy.value)}</b>${abstained > 0 && html`<span class="under">${count(abstained)} abstained</span>`}</td>
<td class="range"><span class="interval" style="--low:${at(accuracy.low)};--value:${at(accuracy.value)};--high:${at(accuracy.high)}" aria-hidden="true"></span><span class="under">${range(accuracy)}</span></td>
<td class="number">${macroF1 === undefined ? none : percent(macroF1)}</td>
<td class="number">${ece === undefined ? none : percent(ece)}</td>
<td class="number">${latencyMs === undefined ? none : short(latencyMs.p50)}</td>
<td class="number">${latencyMs === undefined ? none : short(latencyMs.p95)}</td>
<td class="number">${sizeBytes === undefined ? none : bytes(sizeBytes)}</td>
<td class="number">${count(n)}</td></tr>
`;
}

/** How the times came about, which a reader must know to compare them with their own. */
function timing(all: readonly SystemReport[]): Html | undefined {
  if (all.every(({ latencyMs }) => latencyMs === undefined)) return undefined;
  return html`<p class="small">
    <b>Latency</b>: median (p50) and 95th percentile (p95) of one call at batch 1. The systems take
    turns on the same items, so that all meet the same moments of the machine; one that is busy with
    other work stretches p95 most.
  </p>`;
}

/** What readers should know of single systems, said once where several share it, and the seeds behind the means. */
function notes(all: readonly SystemReport[]): Html | undefined {
  const texts = [...new Set(all.flatMap(({ note }) => (note === undefined ? [] : [note])))];
  const said = texts.map((text) => {
    const names = all.filter(({ note }) => note === text).map(({ name }) => html`<b>${name}</b>`);
    return html`<li>${names.map((name, i) => html`${i > 0 && '; '}${name}`)}: ${text}</li>`;
  });
  const means = all.filter(({ seeds = [] }) => seeds.length > 1);
  const seeds = means.map(
    ({ name, seeds: runs = [] }) =>
      html`<li><b>${name}</b>: ${runs.map(({ accuracy }) => percent(accuracy)).join(', ')}</li>`,
  );
  if (said.length === 0 && seeds.length === 0) return undefined;
  return html`<div class="remarks">
    ${
      said.length > 0 &&
      html`<ul>
        ${said}
      </ul>`
    }
    ${
      seeds.length > 0 &&
      html`<div>
        <p>Means over seeds. Accuracy of each:</p>
        <ul>
          ${seeds}
        </ul>
      </div>`
    }
  </div>`;
}
