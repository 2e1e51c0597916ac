import type { RiskCoverageReport, RunReport } from '@limbeck/evaluators';
import { commonConfusions, confusionChart } from '../charts/confusion.js';
import { reliabilityChart } from '../charts/reliability.js';
import { riskCoverageChart } from '../charts/risk-coverage.js';
import { count, percent, range } from '../format.js';
import { html, type Html } from '../html.js';
import { studentOf } from '../pick-systems.js';
import { dataTable, figure, none, type Section, type Tools } from './section.js';

/** Which classes are taken for which. */
export async function confusion(report: RunReport, tools: Tools): Promise<Section | undefined> {
  const { confusion: all = [] } = report;
  if (all.length === 0) return undefined;
  const parts: Html[] = [];
  for (const [i, one] of all.entries()) {
    const common = commonConfusions(one, 8);
    const list = html`<div class="aside">
      <h3>Most often confused by ${one.system}</h3>
      ${
        common.length === 0
          ? html`<p>Nothing was confused.</p>`
          : html`<ol class="ranked">
              ${common.map(
                ({ truth, answer, n, of }) =>
                  html`<li>
                    <code>${truth}</code> taken for <code>${answer}</code>
                    <span>${count(n)} of ${count(of)}</span>
                  </li>`,
              )}
            </ol>`
      }
    </div>`;
    const chart = await figure(
      tools,
      confusionChart(one, `confusion-${i + 1}`),
      'Rows are true classes, columns what was answered; the fuller the colour, the larger the share of the row.',
    );
    parts.push(html`<div class="beside">${chart}${list}</div>`);
  }
  return { id: 'confusion', short: 'Confusions', title: 'What it confuses', body: html`${parts}` };
}

/** How far confidence can be trusted. */
export async function calibration(report: RunReport, tools: Tools): Promise<Section | undefined> {
  const { reliability = [] } = report;
  const { riskCoverage: given = [] } = report;
  if (reliability.length === 0 && given.length === 0) return undefined;
  const student = studentOf(report)?.name;
  // The student's line has the accent.
  const curves = given.toSorted(
    (a, b) => Number(b.system === student) - Number(a.system === student),
  );
  const charts: Html[] = [];
  for (const [i, one] of reliability.entries()) {
    const chart = await figure(
      tools,
      reliabilityChart(one, `reliability-${i + 1}`),
      `Expected calibration error ${percent(one.ece)}.`,
    );
    if (chart !== undefined) charts.push(chart);
  }
  const coverage = await figure(
    tools,
    riskCoverageChart(curves),
    'The least confident answers are held back first.',
  );
  if (coverage !== undefined) charts.push(coverage);
  const table = dataTable(
    'Confidence and accuracy by bin',
    [
      { heading: 'System' },
      { heading: 'Confidence', numeric: true },
      { heading: 'Items', numeric: true },
      { heading: 'Mean confidence', numeric: true },
      { heading: 'Share right', numeric: true },
    ],
    reliability.flatMap(({ system, bins }) =>
      bins
        .filter((bin) => bin.count > 0)
        .map((bin) => [
          system,
          range(bin),
          count(bin.count),
          percent(bin.confidence),
          percent(bin.accuracy),
        ]),
    ),
  );
  return {
    id: 'calibration',
    short: 'Confidence',
    title: 'Can its confidence be trusted?',
    body: html`${
        reliability.length > 0 &&
        html`<p class="lead">
          On the dashed line an answer given with 80% confidence is right 8 times in 10. Below it
          the system claims more than it knows. Larger dots stand for more items.
        </p>`
      }
      <div class="grid">${charts}</div>
      ${
        reliability.length > 0 &&
        html`<details>
          <summary>The bins, as a table</summary>
          ${table}
        </details>`
      }
      ${coverageTable(curves)}`,
  };
}

/** What it buys to answer only where the system is sure, at round shares. */
function coverageTable(curves: readonly RiskCoverageReport[]): Html | undefined {
  const rows = curves.flatMap(({ system, points, area }) => {
    if (points.length === 0) return [];
    const risks = shares.map((share) => points.find(({ coverage }) => coverage >= share - 1e-9));
    return [
      [
        system,
        ...risks.map((point) => (point === undefined ? none : percent(point.risk))),
        area === undefined ? none : percent(area),
      ],
    ];
  });
  if (rows.length === 0) return undefined;
  return dataTable(
    'Wrong answers among the surest',
    [
      { heading: 'System' },
      ...shares.map((share) => ({ heading: `Surest ${percent(share, 0)}`, numeric: true })),
      { heading: 'Mean', numeric: true },
    ],
    rows,
  );
}

const shares = [0.5, 0.8, 0.9, 0.95, 1];
