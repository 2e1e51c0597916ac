import { percent, signedPoints } from '../format.js';
import { measureNamed } from './measures.js';
import type { MeasureChange, RunComparison } from './run-comparison.js';
import { nameOf } from './sections/systems.js';

/** Options of {@link comparisonText}. */
export interface ComparisonTextOptions {
  /** How many slices to list, those that changed most. @defaultValue 5 */
  readonly slices?: number;
}

/**
 * Two runs side by side as lines of text for a terminal: what came of it, whether they are paired, what was different, the
 * measures of each system, and the slices that changed most.
 */
export function comparisonText(
  comparison: RunComparison,
  options: ComparisonTextOptions = {},
): string {
  const { a, b, sentence, pairing, settings, systems, slices } = comparison;
  const { slices: most = 5 } = options;
  const both = systems.filter(({ measures }) => measures.length > 0);
  const measured = both.flatMap((system) =>
    system.measures.map((change, i) => [i === 0 ? nameOf(system) : '', ...measureCells(change)]),
  );
  const parts = [
    `${sentence}\n${pairing.sentence}`,
    settings.length === 0
      ? 'Nothing that the runs’ records know of was different.'
      : columns([
          ['what was different', a.label, b.label],
          ...settings.map((one) => [one.setting, short(one.a), short(one.b)]),
        ]),
    measured.length === 0
      ? 'The runs have no system in common.'
      : columns(
          [['system', 'measure', a.label, b.label, 'difference', '95% interval'], ...measured],
          2,
        ),
    ...(slices.length === 0 || most === 0
      ? []
      : [
          columns(
            [
              ['slice', a.label, b.label, 'difference', '95% interval'],
              ...slices
                .slice(0, most)
                .map(({ by, value, a: before, b: after, difference }) => [
                  `${by} ${value}`,
                  percent(before.value),
                  percent(after.value),
                  signedPoints(difference.value),
                  `${signedPoints(difference.low)} to ${signedPoints(difference.high)}`,
                ]),
            ],
            1,
          ),
        ]),
  ];
  return parts.join('\n\n');
}

function measureCells({ measure, a, b, difference = 0, basis }: MeasureChange): string[] {
  const { title, show, showChange } = measureNamed(measure);
  const whole = typeof difference === 'number' ? undefined : difference;
  const interval = whole && `${showChange(whole.low)} to ${showChange(whole.high)}, ${basis}`;
  return [
    title.toLowerCase(),
    show(a!),
    show(b!),
    showChange(whole?.value ?? (difference as number)),
    interval ?? '',
  ];
}

function short(value: string | undefined): string {
  if (value === undefined) return '–';
  return value.length > 40 ? `${value.slice(0, 39)}…` : value;
}

/** Rows with their columns aligned: text to the left, from a column on to the right. */
function columns(rows: readonly (readonly string[])[], numbersFrom = Infinity): string {
  const widths = rows[0]!.map((_, i) => Math.max(...rows.map((row) => row[i]?.length ?? 0)));
  return rows
    .map((row) =>
      row
        .map((cell, i) => (i < numbersFrom ? cell.padEnd(widths[i]!) : cell.padStart(widths[i]!)))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}
