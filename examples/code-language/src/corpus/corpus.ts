import { type Logger, Rng } from '@limbeck/core';
import { groupSplit, separateDuplicates, shingles, similarityIndex } from '@limbeck/data';
import { readFiles, type SourceFile } from './files.js';
import { families, knownLanguages } from './languages.js';
import { drawFresh, type Quota, snippetOf } from './redraw.js';
import { evenSelection, groupBy, uniqueSnippets } from './select.js';
import type { Snippet } from './snippet.js';
import { sourcePackages } from './sources.js';
import { type CorpusTable, groupsOf, lacks, languageRows, leastWindows } from './table.js';
import { drawWindows } from './windows.js';

/** Options of {@link loadCorpus}. */
export interface CorpusOptions {
  /** Reads a tenth of the lines, of every language: for a quick look. @defaultValue false */
  readonly smoke?: boolean;
  /** Seed of which files, windows and groups go where. @defaultValue 0 */
  readonly seed?: number;
  /** Receives a line at each stage. */
  readonly logger?: Logger;
  /** The folder with `package.json`, `second.json` and `node_modules`. @defaultValue the example's own */
  readonly folder?: string;
}

/** The snippets of the example, split by package. */
export interface Corpus {
  /** The languages; a label is a place in this list. */
  readonly languages: readonly string[];
  /** Languages that are hard to tell apart, by the family's name. */
  readonly families: { readonly [name: string]: readonly string[] };
  /** A fixed training set. */
  readonly train: readonly Snippet[];
  /** For choosing: from packages that neither train nor test holds. */
  readonly validation: readonly Snippet[];
  readonly test: readonly Snippet[];
  /** A second test set, from packages of other ecosystems. */
  readonly second: readonly Snippet[];
  /** What was read, kept and dropped. */
  readonly table: CorpusTable;
  /** Training windows drawn anew, as many of each package and language as in `train`. */
  redrawTraining(epoch: number, seed: number): Snippet[];
}

/** Windows a language, and lines a group gives of a language. */
const sizes = {
  full: { groupLines: 4000, train: 1350, validation: 130, test: 310, second: 70 },
  smoke: { groupLines: 400, train: 150, validation: 30, test: 40, second: 15 },
} as const;

/** Windows a file: the usual number, and the most where a language has fewer than `shortBelow` that way. */
const perFile = { usual: 20, most: 60, shortBelow: 3500 } as const;

/** What of the windows goes where. */
const fractions = { train: 0.6, validation: 0.14, test: 0.26 } as const;

/** How many packages and windows of a language each part has at least; above the bar, since duplicates go later. */
const least = {
  train: { groups: 4, rows: 600 },
  validation: { groups: 2, rows: 100 },
  test: { groups: 2, rows: 330 },
} as const;
const leastGroups = {
  train: { groups: 4 },
  validation: { groups: 2 },
  test: { groups: 2 },
} as const;

/** From this similarity on, two windows are near duplicates. */
const threshold = 0.8;

/**
 * Reads the corpus's packages, draws windows of 1 to 20 lines and splits them by package.
 *
 * Nothing of a package is run, nothing that the corpus does not list is read, and the same seed gives the same
 * snippets on every machine.
 *
 * @throws LimbeckError `data-missing` if a package is not installed
 */
export async function loadCorpus(options: CorpusOptions = {}): Promise<Corpus> {
  const { smoke = false, seed = 0, logger, folder } = options;
  const size = smoke ? sizes.smoke : sizes.full;
  const { groupLines } = size;
  const rng = Rng.from(seed).stream('corpus');
  const packages = sourcePackages(folder);
  logger?.info(`corpus: reading ${packages.main.length + packages.second.length} packages`);
  // Lets the line be seen before the disk keeps this thread busy.
  await new Promise<void>((resume) => setTimeout(resume, 0));

  const known = new Set<string>();
  const main = readFiles(packages.main, { groupLines, rng }, known);
  const other = readFiles(packages.second, { groupLines, rng }, known);
  logger?.info(`corpus: ${main.files.length + other.files.length} files`);

  const droppedWindows: { [reason: string]: number } = {};
  const drawn = windowsOf(main.files, rng, droppedWindows);
  const { snippets, repeats } = uniqueSnippets(drawn);
  const split = groupSplit(snippets, {
    group: (snippet) => snippet.group,
    label: (snippet) => snippet.language,
    fractions,
    least: smoke ? leastGroups : least,
    groupRows: smoke ? leastWindows : 40,
    seed,
  });
  // Some windows more than wanted, to make up for those that near duplicates take away.
  const some = (part: readonly Snippet[], wanted: number): Snippet[] =>
    evenSelection(part, Math.ceil(wanted * 1.25));
  const apart = separateDuplicates(
    {
      test: some(split.parts.test, size.test),
      second: some(uniqueSnippets(windowsOf(other.files, rng)).snippets, size.second),
      validation: some(split.parts.validation, size.validation),
      train: some(split.parts.train, size.train),
    },
    {
      order: ['test', 'second', 'validation', 'train'],
      text: (snippet) => snippet.text,
      threshold,
    },
  );

  const rows = languageRows({
    languages: knownLanguages,
    groups: groupsOf(snippets),
    files: main.files,
    parts: apart.parts,
  });
  const kept = rows.filter((row) => smoke || lacks(row) === '');
  const languages = kept.map((row) => row.language);
  const labels = new Map(languages.map((language, label) => [language, label]));
  const finish = (part: readonly Snippet[], most: number): Snippet[] =>
    evenSelection(part, most).flatMap((snippet) => {
      const label = labels.get(snippet.language);
      return label === undefined ? [] : [{ ...snippet, label }];
    });
  const parts = {
    train: finish(apart.parts.train, size.train),
    validation: finish(apart.parts.validation, size.validation),
    test: finish(apart.parts.test, size.test),
    second: finish(apart.parts.second, size.second),
  };
  const heldOut = similarityIndex(
    [...parts.test, ...parts.second, ...parts.validation].map((snippet) => shingles(snippet.text)),
    { threshold },
  );
  const quotas = quotasOf(parts.train, main.files);
  logger?.info(`corpus: ${parts.train.length} training and ${parts.test.length} test windows`);
  return {
    languages,
    families,
    ...parts,
    table: {
      languages: languageRows({
        languages,
        groups: groupsOf(snippets),
        files: main.files,
        parts,
      }),
      droppedLanguages: rows
        .filter((row) => !labels.has(row.language))
        .map((row) => ({ language: row.language, lacks: lacks(row) })),
      droppedFiles: main.dropped,
      droppedWindows: { ...droppedWindows, ...repeats },
      separated: apart.report.dropped,
    },
    redrawTraining: (epoch, drawSeed) => drawFresh(quotas, heldOut, drawSeed, epoch),
  };
}

/** Windows of every file: up to 20, or up to 60 where a language would be short of them. */
function windowsOf(
  files: readonly SourceFile[],
  rng: Rng,
  dropped: { [reason: string]: number } = {},
): Snippet[] {
  return [...groupBy(files, (file) => file.language).values()].flatMap((ofLanguage) => {
    const drawn = ofLanguage.map((file) =>
      drawWindows(file, perFile.most, rng.stream(`windows ${file.name}`), dropped),
    );
    const usual = drawn.reduce((sum, list) => sum + Math.min(list.length, perFile.usual), 0);
    const most = usual < perFile.shortBelow ? perFile.most : perFile.usual;
    return drawn.flatMap((list) =>
      list.slice(0, most).map(({ text, file, lines }) => snippetOf(text, -1, file, lines)),
    );
  });
}

/** How many windows `train` has of each group and language, with the files to draw them from. */
function quotasOf(train: readonly Snippet[], files: readonly SourceFile[]): Quota[] {
  const key = (of: { readonly group: string; readonly language: string }): string =>
    `${of.group} ${of.language}`;
  const filesOf = groupBy(files, key);
  return [...groupBy(train, key)].flatMap(([name, rows]) => {
    const [first] = rows;
    const its = filesOf.get(name);
    if (first === undefined || its === undefined) return [];
    return [{ label: first.label, files: its, windows: rows.length }];
  });
}
