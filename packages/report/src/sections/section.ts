import { html, type Html, type HtmlValue } from '../html.js';
import type { Chart, DrawChart, KeyEntry } from '../charts/chart.js';

/** A part of the page, with its entry in the navigation. */
export interface Section {
  /** Its anchor. */
  readonly id: string;
  /** Its entry in the navigation. */
  readonly short: string;
  /** Its heading. */
  readonly title: string;
  /** What stands under the heading. */
  readonly body: Html;
}

/** What a section is made with. */
export interface Tools {
  /** Draws charts; absent where the page shall have none. */
  readonly draw: DrawChart | undefined;
}

/** A chart with its heading, its key and what stands beside it; nothing where charts are off. */
export async function figure(
  tools: Tools,
  chart: Chart | undefined,
  caption?: HtmlValue,
): Promise<Html | undefined> {
  if (tools.draw === undefined || chart === undefined) return undefined;
  const picture = await tools.draw(chart);
  return html`<figure class="figure" id="${chart.id}-figure">
    <h3>${chart.title}</h3>
    <div class="scroll" tabindex="0" role="region" aria-label="${chart.title}, chart">
      ${picture}
    </div>
    <figcaption>
      ${chart.key && keyList(chart.key)}${caption === undefined ? '' : html`<p>${caption}</p>`}
    </figcaption>
  </figure>`;
}

function keyList(entries: readonly KeyEntry[]): Html {
  return html`<ul class="key">
    ${entries.map(
      ({ label, color, mark }) =>
        html`<li>
          <span class="mark ${mark}" style="--mark:${color}" aria-hidden="true"></span>${label}
        </li>`,
    )}
  </ul>`;
}

/** A column of a {@link dataTable}. */
export interface Column {
  /** Its heading. */
  readonly heading: string;
  /** Whether it holds numbers, which stand to the right. */
  readonly numeric?: boolean;
}

/** A table with a caption, column headings and the first cell of each row as its heading. */
export function dataTable(
  caption: string,
  columns: readonly Column[],
  rows: readonly (readonly HtmlValue[])[],
): Html {
  const kind = (i: number): Html | undefined =>
    columns[i]?.numeric === true ? html` class="number"` : undefined;
  return html`<div class="scroll" tabindex="0" role="region" aria-label="${caption}">
    <table>
      <caption>
        <span>${caption}</span>
      </caption>
      <thead>
        <tr>
          ${columns.map(({ heading }, i) => html`<th scope="col" ${kind(i)}>${heading}</th>`)}
        </tr>
      </thead>
      <tbody>
        ${rows.map(
          (cells) =>
            html`<tr>
              ${cells.map((cell, i) =>
                i === 0 ? html`<th scope="row">${cell}</th>` : html`<td${kind(i)}>${cell}</td>`,
              )}
            </tr> `,
        )}
      </tbody>
    </table>
  </div>`;
}

/** What is not measured. */
export const none = html`<span class="none" title="not measured">–</span>`;
