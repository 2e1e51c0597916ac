import { type Comparison, comparisonSentence } from '@limbeck/evaluators';
import { html, type Html } from '../html.js';

/** Metrics in `[0, 1]`, whose differences are read in points of a hundred. */
const inPoints: { readonly [metric: string]: string } = {
  accuracy: 'accuracy',
  macroF1: 'macro-F1',
  ece: 'calibration error',
  agreement: 'agreement with the teacher',
};

/** Paired comparisons: a row each with its interval on a common axis, and the sentences to quote. */
export function comparisonTables(comparisons: readonly Comparison[]): Html | undefined {
  if (comparisons.length === 0) return undefined;
  const metrics = [...new Set(comparisons.map(({ metric }) => metric))];
  return html`<h3>Paired comparisons</h3>
    ${metrics.map((metric) =>
      metricTable(
        metric,
        comparisons.filter((one) => one.metric === metric),
      ),
    )}
    <details>
      <summary>The same as sentences, to quote</summary>
      <ul class="sentences">
        ${comparisons.map((one) => html`<li>${unbroken(comparisonSentence(one))}</li> `)}
      </ul>
    </details>`;
}

/** Metrics have units of their own, so each has its own table and axis. */
function metricTable(metric: string, rows: readonly Comparison[]): Html {
  const points = metric in inPoints;
  const name = inPoints[metric] ?? metric;
  const scale = points ? 100 : 1;
  const [low, high] = differenceDomain(rows, scale);
  const at = (value: number): string => `${(((value - low) / (high - low)) * 100).toFixed(2)}%`;
  const end = (value: number): string => signed(value, Number.isInteger(value) ? 0 : 3);
  // An end's number beside the 0 would run into it.
  const isFar = (value: number): boolean => Math.abs(value) >= 0.25 * (high - low);
  const title = `Paired comparisons of ${name}`;
  return html`<div class="scroll" tabindex="0" role="region" aria-label="${title}">
    <table class="compared" style="--zero:${at(0)}">
      <caption>
        <span
          >Differences in ${name}${points && ', in points'}, on the same items. Right of 0 the first
          system is the better one. A filled, coloured mark: the 95% interval excludes 0. A ring: no
          difference is shown.</span
        >
      </caption>
      <thead>
        <tr>
          <th scope="col">
            <span class="versus"><span>System</span><span>against</span></span>
          </th>
          <th scope="col" class="delta">
            <span class="ends" aria-hidden="true"
              >${isFar(low) && html`<span style="--at:0%">${end(low)}</span>`}<span
                style="--at:${at(0)}"
                >0</span
              >${isFar(high) && html`<span style="--at:100%">${end(high)}</span>`}</span
            ><span class="hidden">verdict</span>
          </th>
          <th scope="col" class="number">
            <span class="gap">Difference</span> <span class="between">95% interval</span>
          </th>
          <th scope="col" class="number">p</th>
        </tr>
      </thead>
      <tbody>
        ${rows.map((row) => comparisonRow(row, points, (value) => at(value * scale)))}
      </tbody>
    </table>
  </div>`;
}

function comparisonRow(
  comparison: Comparison,
  points: boolean,
  at: (value: number) => string,
): Html {
  const { better, worse, factors = {}, difference, low, high, p } = comparison;
  const verdict = low > 0 ? 'better' : high < 0 ? 'worse' : 'level';
  const said = { better: 'better', worse: 'worse', level: 'no difference shown' }[verdict];
  const show = (value: number): string => signed(points ? value * 100 : value, points ? 1 : 3);
  const where = Object.entries(factors).map(([factor, value]) => `${factor}: ${value}`);
  return html`<tr class="${verdict}" title="${comparisonSentence(comparison)}">
    <th scope="row">
      <span class="versus"
        ><span>${better}</span>
        <span
          ><span class="hidden">against </span
          >${worse}${where.length > 0 && html` <span class="under">${where.join(', ')}</span>`}</span
        ></span
      >
    </th>
    <td class="delta">
      <span
        class="whisker"
        style="--low:${at(low)};--value:${at(difference)};--high:${at(high)}"
        aria-hidden="true"
      ></span
      ><span class="hidden">${said}</span>
    </td>
    <td class="number">
      <b class="gap">${plus(show(difference))}</b>
      <span class="between">${show(low)} to ${show(high)}</span>
    </td>
    <td class="number">${p < 0.001 ? '< 0.001' : p.toFixed(p < 0.1 ? 3 : 2)}</td>
  </tr> `;
}

/** An axis that holds every interval and 0, with ends on round steps. */
function differenceDomain(rows: readonly Comparison[], scale: number): readonly [number, number] {
  const least = Math.min(
    0,
    ...rows.map(({ low, difference }) => Math.min(low, difference) * scale),
  );
  const most = Math.max(
    0,
    ...rows.map(({ high, difference }) => Math.max(high, difference) * scale),
  );
  const wide = most - least;
  if (wide === 0) return [-1, 1];
  const power = 10 ** Math.floor(Math.log10(wide / 8));
  const step = [1, 2, 5, 10].map((one) => one * power).find((one) => wide / one <= 8)!;
  const air = wide / 50;
  return [
    least < 0 ? Math.floor((least - air) / step) * step : -step,
    most > 0 ? Math.ceil((most + air) / step) * step : step,
  ];
}

/** A number with a true minus sign, and without one before zero. */
function signed(value: number, digits: number): string {
  const shown = Math.abs(value).toFixed(digits);
  return value < 0 && Number(shown) !== 0 ? `−${shown}` : shown;
}

/** A difference says its direction even where it is positive. */
function plus(shown: string): string {
  return shown.startsWith('−') || Number(shown) === 0 ? shown : `+${shown}`;
}

/** The sentence with its p kept on one line. */
function unbroken(sentence: string): string {
  return sentence.replace(/p ([=<]) /u, 'p\u00a0$1\u00a0');
}
