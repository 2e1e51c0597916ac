/** Rows under a header as lines of text; numbers usually go to the right. */
export function formatTable(
  header: readonly string[],
  rows: readonly (readonly string[])[],
  sides: readonly ('left' | 'right')[] = header.map((_, i) => (i === 0 ? 'left' : 'right')),
): string {
  const all = [header, ...rows];
  const widths = header.map((_, column) =>
    Math.max(...all.map((row) => (row[column] ?? '').length)),
  );
  return all
    .map((row) =>
      header
        .map((_, i) => {
          const cell = row[i] ?? '';
          return sides[i] === 'left' ? cell.padEnd(widths[i]!) : cell.padStart(widths[i]!);
        })
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

/** A size as people say it: `812 B`, `390 kB`, `8.4 MB`. */
export function readableBytes(bytes: number): string {
  const steps = ['B', 'kB', 'MB', 'GB'] as const;
  let value = bytes;
  let at = 0;
  while (value >= 999.5 && at < steps.length - 1) {
    value /= 1000;
    at += 1;
  }
  return `${at > 0 && value < 9.95 ? value.toFixed(1) : value.toFixed(0)} ${steps[at]}`;
}

/** A number as people say it: `812`, `390 k`, `4.4 M`. */
export function readableCount(count: number): string {
  return readableBytes(count)
    .replace(/ B$/, '')
    .replace(/ ([kMG])B$/, ' $1');
}

/** A share as a percentage with one decimal. */
export function percent(share: number): string {
  return `${(100 * share).toFixed(1)}%`;
}
