import type { Dropped, SourceFile } from './files.js';
import { groupBy } from './select.js';
import type { Snippet } from './snippet.js';

/** What is wanted of the corpus: languages, and of each its groups, test groups, test and training windows. */
export const bars = { languages: 20, groups: 8, testGroups: 2, test: 250, train: 500 } as const;

/** A group counts for a language from this many windows on. */
export const leastWindows = 10;

/** What the corpus holds of one language. */
export interface LanguageRow {
  readonly language: string;
  /** Packages (relatives as one) with enough windows to count. */
  readonly groups: number;
  readonly files: number;
  /** Windows and groups of each part. */
  readonly parts: {
    readonly [part: string]: { readonly windows: number; readonly groups: number };
  };
}

/** What was read, kept and dropped. */
export interface CorpusTable {
  /** The languages that are kept. */
  readonly languages: readonly LanguageRow[];
  /** Languages below the bar, and what they lack. */
  readonly droppedLanguages: readonly { readonly language: string; readonly lacks: string }[];
  /** Files left out, by reason. */
  readonly droppedFiles: Dropped;
  /** Windows left out, by reason. */
  readonly droppedWindows: { readonly [reason: string]: number };
  /** Windows left out of each part because a part before it holds them, exactly or nearly. */
  readonly separated: {
    readonly [part: string]: { readonly exact: number; readonly near: number };
  };
}

/** How many groups of each language have enough windows to count. */
export function groupsOf(snippets: readonly Snippet[]): Map<string, number> {
  return new Map(
    [...groupBy(snippets, (snippet) => snippet.language)].map(([language, rows]) => {
      const groups = [...groupBy(rows, (row) => row.group).values()];
      return [language, groups.filter((group) => group.length >= leastWindows).length];
    }),
  );
}

/** One row a language. */
export function languageRows(given: {
  readonly languages: readonly string[];
  readonly groups: ReadonlyMap<string, number>;
  readonly files: readonly SourceFile[];
  readonly parts: { readonly [part: string]: readonly Snippet[] };
}): LanguageRow[] {
  const { languages, groups, files, parts } = given;
  return languages.map((language) => ({
    language,
    groups: groups.get(language) ?? 0,
    files: files.filter((file) => file.language === language).length,
    parts: Object.fromEntries(
      Object.entries(parts).map(([part, snippets]) => {
        const rows = snippets.filter((snippet) => snippet.language === language);
        return [part, { windows: rows.length, groups: new Set(rows.map((row) => row.group)).size }];
      }),
    ),
  }));
}

/** What a language lacks, such as `7 groups of 8`; empty if nothing. */
export function lacks(row: LanguageRow): string {
  const { groups, parts } = row;
  const checks: [what: string, having: number, wanted: number][] = [
    ['groups', groups, bars.groups],
    ['test groups', parts['test']?.groups ?? 0, bars.testGroups],
    ['test windows', parts['test']?.windows ?? 0, bars.test],
    ['training windows', parts['train']?.windows ?? 0, bars.train],
  ];
  return checks
    .filter(([, having, wanted]) => having < wanted)
    .map(([what, having, wanted]) => `${having} ${what} of ${wanted}`)
    .join(', ');
}
