import { squeeze } from '@limbeck/data';
import { evenShares } from './files.js';
import type { Snippet } from './snippet.js';

/** Snippets by a key, in the order of first appearance. */
export function groupBy<Row>(rows: readonly Row[], key: (row: Row) => string): Map<string, Row[]> {
  const groups = new Map<string, Row[]>();
  for (const row of rows) {
    const name = key(row);
    const group = groups.get(name);
    if (group === undefined) groups.set(name, [row]);
    else group.push(row);
  }
  return groups;
}

/** What {@link uniqueSnippets} left out. */
export interface Repeats {
  /** Copies of a window of the same language; the first one stays. */
  readonly repeated: number;
  /** Windows that stand in files of two languages: no answer would be right. */
  readonly ambiguous: number;
}

/** Each text once (spacing aside), and none that files of two languages hold. */
export function uniqueSnippets(snippets: readonly Snippet[]): {
  readonly snippets: Snippet[];
  readonly repeats: Repeats;
} {
  const keys = snippets.map((snippet) => squeeze(snippet.text));
  const languages = new Map<string, string | undefined>();
  keys.forEach((key, i) => {
    const { language } = snippets[i]!;
    const before = languages.get(key);
    languages.set(key, !languages.has(key) || before === language ? language : undefined);
  });
  const taken = new Set<string>();
  let repeated = 0;
  let ambiguous = 0;
  const unique = snippets.filter((_, i) => {
    const key = keys[i]!;
    if (languages.get(key) === undefined) ambiguous++;
    else if (taken.has(key)) repeated++;
    else {
      taken.add(key);
      return true;
    }
    return false;
  });
  return { snippets: unique, repeats: { repeated, ambiguous } };
}

/** At most `most` snippets of each language, the same number from each group as far as groups have them. */
export function evenSelection(snippets: readonly Snippet[], most: number): Snippet[] {
  return [...groupBy(snippets, (snippet) => snippet.language).values()].flatMap((ofLanguage) => {
    const groups = [...groupBy(ofLanguage, (snippet) => snippet.group).values()];
    const shares = evenShares(
      groups.map((group) => group.length),
      most,
    );
    return groups.flatMap((group, i) => group.slice(0, shares[i]));
  });
}
