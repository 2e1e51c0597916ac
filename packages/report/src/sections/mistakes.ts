import type { RunReport } from '@limbeck/evaluators';
import { percent } from '../format.js';
import { html } from '../html.js';
import { inputCards, inputText } from './input-text.js';
import type { Section } from './section.js';

/** The surest wrong answers, with the text that led to them. */
export function mistakes(report: RunReport): Section | undefined {
  const { mistakes: all = [] } = report;
  if (all.length === 0) return undefined;
  const cards = all.map(
    ({ text, label, predicted, probability, teacher, source, system }) =>
      html`<li class="mistake">
        <p class="answers">
          <span>is <b>${label}</b></span
          ><span class="wrong">answered <b>${predicted}</b> at ${percent(probability, 0)}</span>${
            teacher !== undefined && html`<span>teacher: <b>${teacher}</b></span>`
          }${system !== undefined && html`<span>by ${system}</span>`}
        </p>
        ${inputText(text, label)} ${source !== undefined && html`<p class="source">${source}</p>`}
      </li>`,
  );
  return {
    id: 'mistakes',
    short: 'Mistakes',
    title: 'Its surest mistakes',
    body: html`<p class="lead">Wrong answers given with the most confidence, surest first.</p>
      ${inputCards(cards)}`,
  };
}
