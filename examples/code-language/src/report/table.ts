import type { RunReport } from '@limbeck/evaluators';

/** The systems as a short table for a terminal. */
export function systemTable(report: RunReport): string {
  const percent = (share: number): string => (100 * share).toFixed(1);
  const rows = report.systems.map(({ name, accuracy, ece, latencyMs, sizeBytes, abstained }) => [
    name,
    `${percent(accuracy.value)} (${percent(accuracy.low)}–${percent(accuracy.high)})`,
    abstained === undefined ? '' : String(abstained),
    ece === undefined ? '' : percent(ece),
    latencyMs === undefined ? '' : latencyMs.p50.toFixed(2),
    latencyMs === undefined ? '' : latencyMs.p95.toFixed(2),
    sizeBytes === undefined ? '' : Math.round(sizeBytes / 1000).toLocaleString('en-US'),
  ]);
  const head = ['system', 'accuracy %', 'abstains', 'ECE %', 'p50 ms', 'p95 ms', 'kB'];
  const all = [head, ...rows];
  const widths = head.map((_, column) => Math.max(...all.map((row) => row[column]!.length)));
  return all
    .map((row) =>
      row
        .map((cell, column) =>
          column === 0 ? cell.padEnd(widths[0]!) : cell.padStart(widths[column]!),
        )
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}
