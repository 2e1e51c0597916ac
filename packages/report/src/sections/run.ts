import type { RunReport } from '@limbeck/evaluators';
import { trainingCharts } from '../charts/training.js';
import { bytes, count, dollars, seconds } from '../format.js';
import { html, type Html } from '../html.js';
import { dataTable, figure, type Section, type Tools } from './section.js';

/** How the training went. */
export async function training(report: RunReport, tools: Tools): Promise<Section | undefined> {
  const { curves = [] } = report;
  const charts: Html[] = [];
  for (const chart of trainingCharts(curves)) {
    const drawn = await figure(tools, chart);
    if (drawn !== undefined) charts.push(drawn);
  }
  if (charts.length === 0) return undefined;
  return {
    id: 'training',
    short: 'Training',
    title: 'Training',
    body: html`<div class="grid">${charts}</div>`,
  };
}

/** What the teacher was asked, and where the time went. */
export function costs(report: RunReport): Section {
  const { stages, teacher } = report;
  const total = stages.reduce((sum, stage) => sum + stage.seconds, 0);
  const longest = Math.max(1e-9, ...stages.map((stage) => stage.seconds));
  const memory = stages.some((stage) => stage.peakRssBytes !== undefined);
  const stageTable = dataTable(
    `Stages of the run, ${seconds(total)} in all`,
    [
      { heading: 'Stage' },
      { heading: 'Seconds', numeric: true },
      { heading: 'Share' },
      { heading: 'State' },
      ...(memory ? [{ heading: 'Peak memory so far', numeric: true }] : []),
    ],
    stages.map(({ name, seconds: spent, cached, peakRssBytes }) => [
      name,
      spent.toFixed(1),
      html`${
          spent > 0 &&
          html`<span
            class="share"
            style="--share:${((spent / longest) * 100).toFixed(1)}%"
            aria-hidden="true"
          ></span>`
        }<span class="hidden">${total === 0 ? 0 : Math.round((spent / total) * 100)}%</span>`,
      cached === true ? 'cached' : 'done',
      ...(memory ? [peakRssBytes === undefined ? '' : bytes(peakRssBytes)] : []),
    ]),
  );
  const teacherTable =
    teacher &&
    dataTable(
      'What the teacher was asked',
      [
        { heading: 'Teacher' },
        { heading: 'Asked', numeric: true },
        { heading: 'Cached', numeric: true },
        { heading: 'Cost', numeric: true },
        { heading: 'Time', numeric: true },
      ],
      [
        [
          teacher.id ?? 'teacher',
          count(teacher.asked),
          count(teacher.cached),
          dollars(teacher.costUsd),
          seconds(teacher.seconds),
        ],
      ],
    );
  return {
    id: 'costs',
    short: 'Cost',
    title: 'What it cost',
    body: html`${teacherTable}
    ${teacher?.terms !== undefined && html`<p>The teacher’s terms: ${teacher.terms}</p>`}
    ${stageTable}`,
  };
}
