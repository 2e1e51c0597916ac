import { Rng, type Logger } from '@limbeck/core';
import { groupSplit, separateDuplicates, shingles, similarityIndex } from '@limbeck/data';
import { type CorpusTable, corpusTable } from './table.js';
import { type Dropped, readFiles, type SourceFile } from './files.js';
import { families, knownLanguages } from './languages.js';
import { drawFresh, type Quota, snippetOf } from './redraw.js';
import { evenSelection, groupBy, uniqueSnippets } from './select.js';
import type { Snippet } from './snippet.js';
import { sourcePackages } from './sources.js';
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

/** What is wanted of each language. */
export const bars = { languages: 20, groups: 8, testGroups: 2, test: 250, train: 500 } as const;

/** A group counts for a language from this many windows on. */
const leastWindows = 10;

/** Windows a language, and lines a group gives of a language. */
const sizes = {
  full: { groupLines: 4000, train: 1350, validation: 130, test: 310, second: 70 },
  smoke: { groupLines: 400, train: 150, validation: 30, test: 40, second: 15 },
} as const;

/** Windows a file, and where a language has fewer windows than `short`. */
const perFile = { usual: 20, short: 60, shortBelow: 3500 } as const;

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
  const rng = Rng.from(seed).stream('corpus');
  const packages = sourcePackages(folder);
  logger?.info(`corpus: reading ${packages.main.length + packages.second.length} packages`);
  // Lets the line be seen before the disk keeps this thread busy.
  await new Promise((resume) => setImmediate(resume));

  const known = new Set<string>();
  const { groupLines } = size;
  const main = readFiles(packages.main, { groupLines, rng }, known);
  const other = readFiles(packages.second, { groupLines, rng }, known);
  logger?.info(`corpus: ${main.files.length + other.files.length} files`);

  const pool = uniqueSnippets(windowsOf(main.files, rng));
  const covered = coveredLanguages(pool.snippets);
  const languages = knownLanguages.filter((language) => smoke || covered.has(language));
  const ours = pool.snippets.filter((snippet) => languages.includes(snippet.language));
  const split = groupSplit(ours, {
    group: (snippet) => snippet.group,
    label: (snippet) => snippet.language,
    fractions: { train: 0.64, validation: 0.12, test: 0.24 },
    leastGroups: { train: 4, validation: 1, test: 2 },
    leastRows: smoke ? leastWindows : 40,
    seed,
  });
  const second = uniqueSnippets(windowsOf(other.files, rng)).snippets;
  // Some windows more than wanted, to make up for those that near duplicates take away.
  const more = (part: readonly Snippet[], wanted: number): Snippet[] =>
    evenSelection(part, Math.ceil(wanted * 1.25));
  const apart = separateDuplicates(
    {
      test: more(split.parts.test, size.test),
      second: more(second, size.second),
      validation: more(split.parts.validation, size.validation),
      train: more(split.parts.train, size.train),
    },
    { order: ['test', 'second', 'validation', 'train'], text: (snippet) => snippet.text },
  );
  const final = (part: 'test' | 'second' | 'validation' | 'train'): Snippet[] =>
    evenSelection(
      apart.parts[part].filter((snippet) => languages.includes(snippet.language)),
      size[part],
    ).map((snippet) => ({ ...snippet, label: languages.indexOf(snippet.language) }));
  const parts = {
    train: final('train'),
    validation: final('validation'),
    test: final('test'),
    second: final('second'),
  };
  const heldOut = similarityIndex(
    [...parts.test, ...parts.second, ...parts.validation].map((snippet) => shingles(snippet.text)),
    { threshold: 0.8 },
  );
  const quotas = quotasOf(parts.train, main.files);
  const dropped: Dropped = { ...main.dropped };
  const table = corpusTable({
    languages,
    parts,
    files: main.files,
    dropped,
    repeats: pool.repeats,
    separated: apart.report.dropped,
    leastWindows,
    pool: pool.snippets,
  });
  logger?.info(`corpus: ${parts.train.length} training and ${parts.test.length} test windows`);
  return {
    languages,
    families,
    ...parts,
    table,
    redrawTraining: (epoch, drawSeed) => drawFresh(quotas, heldOut, drawSeed, epoch),
  };
}

/** Windows of every file: some 20 a file, up to 60 where a language would be short of them. */
function windowsOf(files: readonly SourceFile[], rng: Rng): Snippet[] {
  return [...groupBy(files, (file) => file.language).values()].flatMap((ofLanguage) => {
    const drawn = ofLanguage.map((file) =>
      drawWindows(file, perFile.short, rng.stream(`windows ${file.name}`)),
    );
    const usual = drawn.reduce((sum, list) => sum + Math.min(list.length, perFile.usual), 0);
    const most = usual < perFile.shortBelow ? perFile.short : perFile.usual;
    return drawn.flatMap((list) =>
      list.slice(0, most).map(({ text, file, lines }) => snippetOf(text, -1, file, lines)),
    );
  });
}

/** The languages with enough groups of enough windows. */
function coveredLanguages(snippets: readonly Snippet[]): Set<string> {
  const covered = new Set<string>();
  for (const [language, rows] of groupBy(snippets, (snippet) => snippet.language)) {
    const groups = [...groupBy(rows, (row) => row.group).values()];
    if (groups.filter((group) => group.length >= leastWindows).length >= bars.groups) {
      covered.add(language);
    }
  }
  return covered;
}

/** How many windows `train` has of each group and language, with the files to draw them from. */
function quotasOf(train: readonly Snippet[], files: readonly SourceFile[]): Quota[] {
  const filesOf = groupBy(files, (file) => `${file.group} ${file.language}`);
  return [...groupBy(train, (snippet) => `${snippet.group} ${snippet.language}`)].map(
    ([key, rows]) => ({
      label: rows[0]!.label,
      files: filesOf.get(key)!,
      windows: rows.length,
    }),
  );
}
