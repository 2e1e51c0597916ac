import type { Interval } from '@limbeck/evaluators';
import { percent, range } from '../../format.js';
import { html, type Html, type HtmlValue } from '../../html.js';
import { roleNames } from '../../pick-systems.js';
import { dataTable, figure, type Section, type Tools } from '../../sections/section.js';
import { changeChart } from '../change-chart.js';
import { measureNamed } from '../measures.js';
import type { MeasureChange, RunComparison, SystemChange } from '../run-comparison.js';

/** How each system changed, and which systems only one run has. */
export async function comparedSystems(comparison: RunComparison, tools: Tools): Promise<Section> {
  const { systems, a, b } = comparison;
  const both = systems.filter(({ measures }) => measures.length > 0);
  const single = systems.filter(({ measures }) => measures.length === 0);
  const chart = await figure(
    tools,
    changeChart({
      id: 'systems-change',
      title: 'Accuracy of each system',
      rows: both.map((one) => ({ name: nameOf(one), a: one.accuracy.a!, b: one.accuracy.b! })),
      labels: [a.label, b.label],
    }),
    'Bars are 95% intervals.',
  );
  return {
    id: 'systems',
    short: 'Systems',
    title: 'How the systems changed',
    body: html`${chart} ${both.length === 0 && html`<p>The runs have no system in common.</p>`}
    ${both.length > 0 && accuracyTable(both, comparison)}
    ${both.map((one) => systemTable(one, comparison))}
    ${
      single.length > 0 &&
      dataTable(
        'Systems of one run alone',
        [
          { heading: 'System' },
          { heading: 'Role' },
          { heading: 'Run' },
          { heading: 'Accuracy', numeric: true },
        ],
        single.map((one) => {
          const only = (one.accuracy.a ?? one.accuracy.b)!;
          return [
            nameOf(one),
            roleNames[one.role],
            one.a === undefined ? b.label : a.label,
            `${percent(only.value)} (${range(only)})`,
          ];
        }),
      )
    }`,
  };
}

/** A system's name, or both of them where it is called otherwise in the second run. */
export function nameOf({ a, b }: SystemChange): string {
  return a === undefined || b === undefined || a === b ? (a ?? b)! : `${a}, then ${b}`;
}

const changeColumns = [
  { heading: 'Difference', numeric: true },
  { heading: '95% interval', numeric: true },
  { heading: 'p', numeric: true },
];

/** The accuracy of all systems in one table. */
function accuracyTable(both: readonly SystemChange[], { a, b }: RunComparison): Html {
  return dataTable(
    'Accuracy of the systems that both runs have',
    [
      { heading: 'System' },
      { heading: a.label, numeric: true },
      { heading: b.label, numeric: true },
      ...changeColumns,
    ],
    both.map((one) => {
      const [, ...cells] = measureRow(one.measures[0]!);
      return [html`${nameOf(one)}${tag(one)}`, ...cells];
    }),
  );
}

/** All measures of a system, to open; those of the student are open. */
function systemTable(one: SystemChange, { a, b }: RunComparison): Html {
  const table = dataTable(
    `${nameOf(one)}: measures of both runs`,
    [
      { heading: 'Measure' },
      { heading: a.label, numeric: true },
      { heading: b.label, numeric: true },
      ...changeColumns,
    ],
    one.measures.map(measureRow),
  );
  return html`<details ${one.role === 'student' && 'open'}>
    <summary>All measures of ${nameOf(one)}</summary>
    ${table}
  </details>`;
}

function tag(one: SystemChange): Html | false {
  const role = roleNames[one.role];
  return !nameOf(one).includes(role) && html` <span class="role">${role}</span>`;
}

function measureRow(change: MeasureChange): HtmlValue[] {
  const { title, show, showChange } = measureNamed(change.measure);
  const { difference = 0, basis, p, verdict } = change;
  const whole = typeof difference === 'number' ? undefined : difference;
  const value = whole?.value ?? (difference as number);
  const shown = showChange(value);
  const plus = value > 0 && !/^[0.]+(?: |$)/u.test(shown) ? '+' : '';
  const word = verdict === undefined || verdict === 'level' ? undefined : verdict;
  return [
    title,
    show(change.a!),
    show(change.b!),
    html`<b class="change ${verdict ?? ''}">${plus}${shown}</b
      >${word !== undefined && html` <span class="hidden">${word}</span>`}`,
    whole === undefined ? '' : interval(whole, showChange, basis),
    p === undefined ? '' : p < 0.001 ? '< 0.001' : p.toFixed(p < 0.1 ? 3 : 2),
  ];
}

function interval(
  { low, high }: Interval,
  show: (value: number) => string,
  basis: MeasureChange['basis'],
): Html {
  return html`${show(low)} to ${show(high)}<span class="under"
      >${basis === 'paired' ? 'paired' : 'not paired'}</span
    >`;
}
