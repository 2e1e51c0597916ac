import { bars, type CorpusTable } from './table.js';

const partNames = ['train', 'validation', 'test', 'second'] as const;

/** Prints languages x groups x windows, and what was dropped and why. */
export function printCorpus(table: CorpusTable): void {
  const heads = ['language', 'groups', 'files', ...partNames.map((part) => `${part} (groups)`)];
  const rows = table.languages.map(({ language, groups, files, parts }) => [
    language,
    String(groups),
    String(files),
    ...partNames.map((part) => `${parts[part]?.windows ?? 0} (${parts[part]?.groups ?? 0})`),
  ]);
  const totals = partNames.map((part) =>
    String(table.languages.reduce((sum, row) => sum + (row.parts[part]?.windows ?? 0), 0)),
  );
  const lines = [heads, ...rows, [`${rows.length} languages`, '', '', ...totals]];
  const widths = heads.map((_, i) => Math.max(...lines.map((line) => line[i]!.length)));
  for (const line of lines) {
    console.log(
      line
        .map((cell, i) => (i === 0 ? cell.padEnd(widths[i]!) : cell.padStart(widths[i]!)))
        .join('  '),
    );
  }
  for (const { language, lacks } of table.droppedLanguages) {
    console.log(`dropped language: ${language} has ${lacks}`);
  }
  console.log(`dropped files: ${counts(table.droppedFiles)}`);
  console.log(
    `dropped windows: ${counts(table.droppedWindows)}; ` +
      partNames
        .map((part) => [part, table.separated[part]!] as const)
        .map(([part, { exact, near }]) => `${part} ${exact} exact and ${near} near to another part`)
        .join(', '),
  );
}

/** Languages that are missing; empty if the corpus reaches the bar. */
export function underTheBar(table: CorpusTable): string[] {
  const having = table.languages.length;
  return having < bars.languages ? [`${having} languages of ${bars.languages}`] : [];
}

function counts(of: { readonly [reason: string]: number | undefined }): string {
  return Object.entries(of)
    .sort(([, a], [, b]) => (b ?? 0) - (a ?? 0))
    .map(([reason, count]) => `${count} ${reason}`)
    .join(', ');
}
