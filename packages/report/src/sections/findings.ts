import { comparisonSentence, type RunReport } from '@limbeck/evaluators';
import { labelEfficiencyChart } from '../charts/label-efficiency.js';
import { html } from '../html.js';
import { figure, type Section, type Tools } from './section.js';

/** What distillation bought: the curve by labels, and paired comparisons as sentences. */
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
  const sentences = comparisons.map((comparison) => {
    const { low, high } = comparison;
    const verdict = low > 0 ? 'better' : high < 0 ? 'worse' : 'level';
    const symbol = { better: '▲', worse: '▼', level: '≈' }[verdict];
    return html`<li class="${verdict}">
      <span class="verdict" aria-hidden="true">${symbol}</span
      >${unbroken(comparisonSentence(comparison))}
    </li>`;
  });
  return {
    id: 'findings',
    short: 'Findings',
    title: 'What distillation bought',
    body: html`${chart}
    ${
      sentences.length > 0 &&
      html`<h3>Paired comparisons</h3>
        <ul class="findings">
          ${sentences}
        </ul>`
    }`,
  };
}

/** The sentence with its p kept on one line. */
function unbroken(sentence: string): string {
  return sentence.replace(/p ([=<]) /u, 'p\u00a0$1\u00a0');
}
