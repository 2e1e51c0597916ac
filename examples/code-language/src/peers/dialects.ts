import type { LabelMapping } from '@limbeck/evaluators';

/** The libraries that are asked. */
export type Library = 'highlight.js' | 'vscode';

/** What each library calls our languages, the usual name first; a language that is not there it does not know. */
const dialects: { readonly [L in Library]: { readonly [language: string]: readonly string[] } } = {
  // It has a grammar of C, which its authors switched off for detection; `xml` stands for HTML and XML alike.
  'highlight.js': {
    'C#': ['csharp'],
    'C++': ['cpp', 'arduino'],
    CSS: ['css'],
    HTML: ['xml'],
    Java: ['java'],
    JavaScript: ['javascript', 'node-repl'],
    JSON: ['json'],
    Kotlin: ['kotlin'],
    Less: ['less'],
    Lua: ['lua'],
    Markdown: ['markdown'],
    'Objective-C': ['objectivec'],
    Python: ['python', 'python-repl'],
    Ruby: ['ruby'],
    SCSS: ['scss'],
    Shell: ['bash', 'shell'],
    Swift: ['swift'],
    TypeScript: ['typescript'],
    XML: ['xml'],
    YAML: ['yaml'],
  },
  vscode: {
    C: ['c'],
    'C#': ['cs'],
    'C++': ['cpp'],
    CSS: ['css'],
    HTML: ['html'],
    Java: ['java'],
    JavaScript: ['js'],
    JSON: ['json'],
    Kotlin: ['kt'],
    Lua: ['lua'],
    Markdown: ['md'],
    'Objective-C': ['mm'],
    Python: ['py'],
    Ruby: ['rb'],
    Shell: ['sh'],
    Swift: ['swift'],
    TypeScript: ['ts'],
    XML: ['xml'],
    YAML: ['yaml'],
  },
};

/** The library's own names for our languages, one each, without repeats: what it is restricted to. */
export function ownNames(library: Library, languages: readonly string[]): string[] {
  const names = languages.flatMap((language) => dialects[library][language]?.[0] ?? []);
  return [...new Set(names)];
}

/** For each of the library's own names, the labels of our languages that it may stand for: several, or none. */
export function labelsByName(
  library: Library,
  languages: readonly string[],
): ReadonlyMap<string, readonly number[]> {
  const labels = new Map<string, number[]>();
  for (const [label, language] of languages.entries()) {
    for (const name of dialects[library][language] ?? []) {
      labels.set(name, [...(labels.get(name) ?? []), label]);
    }
  }
  return labels;
}

/**
 * How a library's answers are read, for the report. A name that stands for two languages is listed with both: it
 * counts as right for either.
 *
 * @param names - all names that the library may answer with
 */
export function mappingOf(
  system: string,
  library: Library,
  languages: readonly string[],
  names: readonly string[],
): LabelMapping {
  const labels = labelsByName(library, languages);
  const known = new Set(names.flatMap((name) => labels.get(name) ?? []));
  return {
    system,
    entries: names.flatMap((from) =>
      (labels.get(from) ?? [-1]).map((label) => ({ from, to: languages[label] ?? null })),
    ),
    unknown: languages.filter((_, label) => !known.has(label)),
  };
}

/**
 * The label that an answer is read as. Where it stands for several languages the true one counts.
 *
 * @param truth - the true label, used for such answers alone; the first language without it
 * @returns -1 for an abstention and for a language that is not ours
 */
export function labelOf(
  labels: ReadonlyMap<string, readonly number[]>,
  name: string | undefined,
  truth?: number,
): number {
  const possible = (name === undefined ? undefined : labels.get(name)) ?? [];
  return possible.find((label) => label === truth) ?? possible[0] ?? -1;
}
