import { loadCharts } from '../charts/draw.js';
import { moment } from '../format.js';
import { html, type Html } from '../html.js';
import { page } from '../page.js';
import type { RenderOptions } from '../render-report.js';
import type { Tools } from '../sections/section.js';
import { comparedItems } from './sections/items.js';
import { comparedSettings } from './sections/settings.js';
import { comparedSlices } from './sections/slices.js';
import { comparedSystems } from './sections/systems.js';
import type { RunComparison, RunSide } from './run-comparison.js';

/**
 * Two runs side by side as one page of HTML, made as that of `renderReport` is: no request, no script, light and dark.
 *
 * @throws LimbeckError `missing-dependency` without `vega` and `vega-lite`, unless `charts` is false
 */
export async function renderComparison(
  comparison: RunComparison,
  options: RenderOptions = {},
): Promise<string> {
  const { charts = true } = options;
  const tools: Tools = { draw: charts ? await loadCharts() : undefined };
  const { a, b, sentence, pairing } = comparison;
  const sections = [
    comparedSettings(comparison),
    await comparedSystems(comparison, tools),
    comparedItems(comparison),
    await comparedSlices(comparison, tools),
  ].filter((section) => section !== undefined);
  return page({
    title: `${a.label} and ${b.label}`,
    kind: 'two runs compared',
    header: html`<header class="page" id="top">
      <p class="eyebrow">Two runs compared</p>
      <h1>${a.title === b.title ? a.title : html`${a.title} and ${b.title}`}</h1>
      <p class="headline">${sentence}</p>
      <dl class="numbers sides">
        ${side('First run', a, 'ring', 'var(--ink)')}${side('Second run', b, 'dot', 'var(--accent)')}
      </dl>
      <p class="small pairing">${pairing.sentence}</p>
    </header>`,
    sections,
    footer: html`Made by Limbeck from the <code>report.json</code> of both runs. Differences are
      second minus first; intervals are 95%.`,
  }).markup;
}

function side(
  name: string,
  { label, student, finishedAt }: RunSide,
  mark: string,
  color: string,
): Html {
  return html`<div>
    <dt><span class="mark ${mark}" style="--mark:${color}" aria-hidden="true"></span>${name}</dt>
    <dd>
      <b>${label}</b
      ><span>${student !== undefined && `${student}, `}finished ${moment(finishedAt)}</span>
    </dd>
  </div>`;
}
