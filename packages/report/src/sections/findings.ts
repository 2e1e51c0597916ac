import type { RunReport } from '@limbeck/evaluators';
import { labelEfficiencyChart } from '../charts/label-efficiency.js';
import { html } from '../html.js';
import { comparisonTables } from './comparisons.js';
import { figure, type Section, type Tools } from './section.js';

/** What distillation bought: the curve by labels, and the paired comparisons. */
export async function findings(report: RunReport, tools: Tools): Promise<Section | undefined> {
  const { comparisons, labelEfficiency, headline } = report;
  if (comparisons.length === 0 && labelEfficiency === undefined) return undefined;
  const chart =
    labelEfficiency &&
    (await figure(
      tools,
      labelEfficiencyChart(labelEfficiency),
      headline === labelEfficiency.sentence || headline === undefined
        ? undefined
        : labelEfficiency.sentence,
    ));
  return {
    id: 'findings',
    short: 'Findings',
    title: 'What distillation bought',
    body: html`${chart} ${comparisonTables(comparisons)}`,
  };
}
