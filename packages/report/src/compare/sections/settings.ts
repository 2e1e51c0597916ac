import { html, type Html } from '../../html.js';
import { dataTable, none, type Section } from '../../sections/section.js';
import type { RunComparison } from '../run-comparison.js';

/** What the runs were given, and where they ran, that is not the same. */
export function comparedSettings({ settings, a, b }: RunComparison): Section {
  return {
    id: 'settings',
    short: 'Settings',
    title: 'What was different',
    body:
      settings.length === 0
        ? html`<p>Nothing that the runs’ records know of.</p>`
        : html`<p class="lead">Everything else that the runs’ records know of is the same.</p>
            ${dataTable(
              'Settings that are not the same',
              [{ heading: 'Setting' }, { heading: a.label }, { heading: b.label }],
              settings.map((one) => [one.setting, value(one.a), value(one.b)]),
            )}`,
  };
}

function value(shown: string | undefined): Html {
  return shown === undefined ? none : html`<code class="setting">${shown}</code>`;
}
