import { parseRunReport, type RunReport } from '@limbeck/evaluators';
import { loadCharts } from './charts/draw.js';
import { moment } from './format.js';
import { html } from './html.js';
import { page } from './page.js';
import { data } from './sections/data.js';
import { calibration, confusion } from './sections/errors.js';
import { findings } from './sections/findings.js';
import { labelErrors } from './sections/label-errors.js';
import { mistakes } from './sections/mistakes.js';
import { overview } from './sections/overview.js';
import { records } from './sections/records.js';
import { costs, training } from './sections/run.js';
import type { Tools } from './sections/section.js';
import { slices } from './sections/slices.js';
import { systems } from './sections/systems.js';

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
    labelErrors(checked),
    await calibration(checked, tools),
    await training(checked, tools),
    await data(checked, tools),
    costs(checked),
    records(checked),
  ].filter((section) => section !== undefined);
  const { name, title = name, finishedAt } = checked;
  return page({
    title,
    kind: 'distillation report',
    header: overview(checked),
    sections,
    footer: html`Made by Limbeck from <code>report.json</code> on ${moment(finishedAt)}. Every
      number on this page comes from that file.`,
  }).markup;
}
