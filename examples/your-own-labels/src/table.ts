import type { RunReport } from '@limbeck/evaluators';

/** A size as people say it. */
export function sizeText(bytes: number | undefined): string {
  if (bytes === undefined) return '–';
  return bytes < 1e6 ? `${Math.round(bytes / 1e3)} kB` : `${(bytes / 1e6).toFixed(1)} MB`;
}

/** A share as a percentage with one decimal. */
export function percent(share: number): string {
  return `${(100 * share).toFixed(1)}%`;
}

/** A time as people say it. */
export function timeText(milliseconds: number | undefined): string {
  return milliseconds === undefined ? '–' : `${milliseconds.toFixed(2)} ms`;
}

/** Every system of a report as lines of text. */
export function resultTable({ systems }: Pick<RunReport, 'systems'>): string {
  const rows = systems.map(({ name, accuracy, latencyMs, sizeBytes }) => [
    name,
    percent(accuracy.value),
    `${percent(accuracy.low)} to ${percent(accuracy.high)}`,
    timeText(latencyMs?.p50),
    sizeText(sizeBytes),
  ]);
  const all = [['system', 'accuracy', '95% interval', 'p50', 'size'], ...rows];
  const widths = all[0]!.map((_, i) => Math.max(...all.map((row) => row[i]!.length)));
  return all
    .map((row) =>
      row
        .map((cell, i) => cell.padEnd(widths[i]!))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}
