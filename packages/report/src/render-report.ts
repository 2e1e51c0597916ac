import { parseRunReport, type RunReport } from '@limbeck/evaluators';
import { loadCharts } from './charts/draw.js';
import { moment } from './format.js';
import { html, type Html, trusted } from './html.js';
import { findings } from './sections/findings.js';
import { mistakes } from './sections/mistakes.js';
import { overview } from './sections/overview.js';
import { records } from './sections/records.js';
import { costs, training } from './sections/run.js';
import type { Section, Tools } from './sections/section.js';
import { slices } from './sections/slices.js';
import { systems } from './sections/systems.js';
import { calibration, confusion } from './sections/errors.js';
import { style } from './style.js';

/** Options of {@link renderReport}. */
export interface RenderOptions {
  /** Whether to draw charts, which takes the peers `vega` and `vega-lite`. @defaultValue true */
  readonly charts?: boolean;
}

/**
 * A run's report as one page of HTML. It asks for nothing from any network and runs no script, follows the reader's choice
 * of light or dark, and shows every number of a chart as text too. Texts of the data are escaped.
 *
 * @throws LimbeckError `missing-dependency` without `vega` and `vega-lite`, unless `charts` is false; `invalid-data`
 * and `format-too-new` as `parseRunReport`
 */
export async function renderReport(
  report: RunReport,
  options: RenderOptions = {},
): Promise<string> {
  const { charts = true } = options;
  const checked = parseRunReport(report);
  const tools: Tools = { draw: charts ? await loadCharts() : undefined };
  const sections = [
    await findings(checked, tools),
    await systems(checked, tools),
    await slices(checked, tools),
    await confusion(checked, tools),
    mistakes(checked),
    await calibration(checked, tools),
    await training(checked, tools),
    costs(checked),
    records(checked),
  ].filter((section) => section !== undefined);
  return page(checked, sections).markup;
}

// Nothing may be loaded and nothing run: what the data holds cannot do harm even if it were not escaped.
const policy = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'";

function page(report: RunReport, sections: readonly Section[]): Html {
  const { name, title = name, finishedAt } = report;
  return html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta http-equiv="Content-Security-Policy" content="${policy}" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <meta name="referrer" content="no-referrer" />
        <title>${title} · distillation report</title>
        <style>
          ${trusted(style)}
        </style>
      </head>
      <body>
        <a class="skip" href="#main">Skip to the report</a>
        <nav aria-label="Sections">
          <ul>
            <li>
              <a href="#top" class="home"
                ><span class="wide">${title}</span><span class="narrow">Top</span></a
              >
            </li>
            ${sections.map(({ id, short }) => html`<li><a href="#${id}">${short}</a></li> `)}
          </ul>
        </nav>
        <main id="main">
          ${overview(report)}
          ${sections.map(
            ({ id, title: heading, body }) =>
              html`<section id="${id}" aria-labelledby="${id}-heading">
                <h2 id="${id}-heading">${heading}</h2>
                ${body}
              </section> `,
          )}
        </main>
        <footer>
          <p>
            Made by Limbeck from <code>report.json</code> on ${moment(finishedAt)}. Every number on
            this page comes from that file.
          </p>
        </footer>
      </body>
    </html> `;
}
