import type { Dropped, SourceFile } from './files.js';
import { groupBy, type Repeats } from './select.js';
import type { Snippet } from './snippet.js';

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
  readonly languages: readonly LanguageRow[];
  /** Languages that were found but have too few groups, with how many. */
  readonly droppedLanguages: readonly { readonly language: string; readonly groups: number }[];
  /** Files left out, by reason. */
  readonly droppedFiles: Dropped;
  /** Windows left out because they repeat, or stand in files of two languages. */
  readonly repeats: Repeats;
  /** Windows left out of each part because another part holds them, exactly or nearly. */
  readonly separated: {
    readonly [part: string]: { readonly exact: number; readonly near: number };
  };
}

/** Counts what a corpus was made of. */
export function corpusTable(given: {
  readonly languages: readonly string[];
  readonly parts: { readonly [part: string]: readonly Snippet[] };
  readonly files: readonly SourceFile[];
  readonly dropped: Dropped;
  readonly repeats: Repeats;
  readonly separated: CorpusTable['separated'];
  readonly leastWindows: number;
  readonly pool: readonly Snippet[];
}): CorpusTable {
  const { languages, parts, files, leastWindows, pool } = given;
  const groupCounts = new Map(
    [...groupBy(pool, (snippet) => snippet.language)].map(([language, rows]): [string, number] => [
      language,
      [...groupBy(rows, (row) => row.group).values()].filter(
        (group) => group.length >= leastWindows,
      ).length,
    ]),
  );
  return {
    languages: languages.map((language) => ({
      language,
      groups: groupCounts.get(language) ?? 0,
      files: files.filter((file) => file.language === language).length,
      parts: Object.fromEntries(
        Object.entries(parts).map(([part, snippets]) => {
          const rows = snippets.filter((snippet) => snippet.language === language);
          return [
            part,
            { windows: rows.length, groups: new Set(rows.map((row) => row.group)).size },
          ];
        }),
      ),
    })),
    droppedLanguages: [...groupCounts]
      .filter(([language]) => !languages.includes(language))
      .map(([language, groups]) => ({ language, groups })),
    droppedFiles: given.dropped,
    repeats: given.repeats,
    separated: given.separated,
  };
}
