import { count } from '../format.js';
import { html, type Html } from '../html.js';

/** More of an input than this tells a reader little and makes the page heavy. */
const most = 2000;

/** An input as it is: code keeps its lines, prose is wrapped; of a long one its beginning. */
export function inputText(text: string, label: string): Html {
  const shown = text.length > most ? cut(text) : text;
  const longest = Math.max(...shown.split('\n').map((line) => line.length));
  const prose = longest > 110;
  return html`<pre${prose && html` class="prose"`} tabindex="0" role="region" aria-label="An input of class ${label}">${shown}</pre>
    ${text.length > most && html`<p class="source">and ${count(text.length - shown.length)} more characters</p>`}`;
}

/** So many cards are open to everybody. */
const open = 6;

/** Cards with inputs as one list: the first ones, and the rest to open. */
export function inputCards(cards: readonly Html[]): Html {
  const rest = cards.slice(open);
  return html`<ol class="mistakes">
      ${cards.slice(0, open)}
    </ol>
    ${
      rest.length > 0 &&
      html`<details>
        <summary>${count(rest.length)} more</summary>
        <ol class="mistakes" start="${open + 1}">
          ${rest}
        </ol>
      </details>`
    }`;
}

/** The beginning of a text, at a space where there is one, and never within a character. */
function cut(text: string): string {
  const start = text.slice(0, most).replace(/[\uD800-\uDBFF]$/u, '');
  const space = start.search(/\s\S*$/u);
  return space > most * 0.9 ? start.slice(0, space) : start;
}
