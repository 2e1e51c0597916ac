import type { LabelErrorCandidate, RunReport } from '@limbeck/evaluators';
import { percent } from '../format.js';
import { html, type Html } from '../html.js';
import { inputCards, inputText } from './input-text.js';
import type { Section } from './section.js';

/** Items whose label may be wrong in the data, with the text to judge by. */
export function labelErrors(report: RunReport): Section | undefined {
  const { labelErrors: all = [], labelErrorsNote } = report;
  if (all.length === 0) return undefined;
  const cards = all.map(card);
  return {
    id: 'label-errors',
    short: 'Labels',
    title: 'Labels to look at again',
    body: html`<p class="lead">
        Candidates, most doubtful first: the data say one thing and a model of the run another.
        Either may be wrong, so look before you change a label.
      </p>
      ${labelErrorsNote !== undefined && html`<p class="small"><b>How they were found</b>: ${labelErrorsNote}</p>`}
      ${inputCards(cards)}`,
  };
}

function card({ text, label, suggested, probability, source }: LabelErrorCandidate): Html {
  return html`<li class="mistake">
    <p class="answers">
      <span>labelled <b>${label}</b></span
      ><span class="wrong">rather <b>${suggested}</b>, at ${percent(probability, 0)}</span>
    </p>
    ${inputText(text, label)} ${source !== undefined && html`<p class="source">${source}</p>`}
  </li>`;
}
