import { readdirSync, readFileSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';
import type { Rng } from '@limbeck/core';
import {
  afterLicenceHead,
  type DropReason,
  isLicence,
  largestFile,
  reasonToDrop,
  spacelessKey,
} from './filters.js';
import { languageOfName, languageOfText, lineKinds } from './languages.js';
import type { SourcePackage } from './sources.js';

/** A file of the corpus, ready for windows to be drawn from. */
export interface SourceFile {
  /** `package/path`, with slashes. */
  readonly name: string;
  readonly group: string;
  readonly language: string;
  readonly text: string;
  /** Where each line begins in the text, and one entry more for the end. */
  readonly starts: Uint32Array;
  /** What each line is: 0 blank, 1 code, 2 only comment or code of an embedded language. */
  readonly kinds: Uint8Array;
  /** The first line that may be drawn: what comes before is the licence's head or beyond the group's cap. */
  readonly from: number;
  /** The line after the last one that may be drawn. */
  readonly to: number;
}

/** How many files each reason took away. */
export type Dropped = { [K in DropReason]?: number };

/** Options of {@link readFiles}. */
export interface ReadOptions {
  /** The most lines of one language that a group gives. */
  readonly groupLines: number;
  readonly rng: Rng;
}

/** A file gives at most this many lines before the group is known to have enough without it. */
const sampleLines = 400;

/**
 * Reads the files of packages in a seeded order until each group has enough lines of a language, and cuts what is
 * over the cap from its longest files first.
 *
 * @param known - keys of the files read before, so that a copy counts once over all packages
 */
export function readFiles(
  packages: readonly SourcePackage[],
  options: ReadOptions,
  known: Set<string>,
): { readonly files: SourceFile[]; readonly dropped: Dropped } {
  const { groupLines, rng } = options;
  const dropped: Dropped = {};
  const pools = new Map<string, SourceFile[]>();
  const lines = new Map<string, number>();
  for (const source of packages) {
    const paths = rng.stream(source.name).shuffle(walk(source.folder));
    for (const path of paths) {
      const name = basename(path);
      const named = languageOfName(name);
      if (named === undefined) continue;
      if ((lines.get(`${source.group} ${named}`) ?? 0) >= 2 * groupLines) continue;
      const read = readSource(source, path, known);
      if (typeof read === 'string') dropped[read] = (dropped[read] ?? 0) + 1;
      if (read === undefined || typeof read === 'string') continue;
      const pool = `${source.group} ${read.language}`;
      const having = lines.get(pool) ?? 0;
      if (having >= 2 * groupLines) continue;
      lines.set(pool, having + Math.min(read.to - read.from, sampleLines));
      pools.set(pool, [...(pools.get(pool) ?? []), read]);
    }
  }
  return { files: [...pools.values()].flatMap((pool) => capped(pool, groupLines, rng)), dropped };
}

/** All files under a folder but those of nested packages, sorted, as paths with slashes. */
function walk(folder: string, under = ''): string[] {
  const paths: string[] = [];
  for (const entry of readdirSync(join(folder, under), { withFileTypes: true })) {
    const path = under === '' ? entry.name : `${under}/${entry.name}`;
    if (entry.isDirectory()) {
      if (entry.name !== 'node_modules') paths.push(...walk(folder, path));
    } else if (entry.isFile()) paths.push(path);
  }
  // The file system's order differs from machine to machine.
  return under === '' ? paths.sort() : paths;
}

function readSource(
  source: SourcePackage,
  path: string,
  known: Set<string>,
): SourceFile | DropReason | undefined {
  const name = basename(path);
  if (isLicence(name)) return 'licence';
  const full = join(source.folder, path);
  if (statSync(full).size > largestFile) return 'too large';
  const text = readFileSync(full, 'utf8')
    .replace(/^\uFEFF/, '')
    .replaceAll('\r', '');
  const language = languageOfText(name, text);
  if (language === undefined) return undefined;
  const lines = text.split('\n');
  const reason = reasonToDrop(text, lines);
  if (reason !== undefined) return reason;
  const key = spacelessKey(text);
  if (known.has(key)) return 'duplicate';
  known.add(key);
  const kinds = lineKinds(language, lines);
  const starts = new Uint32Array(lines.length + 1);
  lines.forEach((line, i) => (starts[i + 1] = starts[i]! + line.length + 1));
  return {
    name: `${source.name}/${path}`,
    group: source.group,
    language,
    text,
    starts,
    kinds,
    from: afterLicenceHead(lines, kinds),
    to: lines.length,
  };
}

/** The files with at most `limit` lines in all: the same number from each, fewer only where a file is shorter. */
function capped(files: readonly SourceFile[], limit: number, rng: Rng): SourceFile[] {
  const sizes = files.map((file) => file.to - file.from);
  const shares = evenShares(sizes, limit);
  return files.flatMap((file, i) => {
    const share = shares[i]!;
    if (share === 0) return [];
    const from = file.from + rng.stream(`cut ${file.name}`).integer(sizes[i]! - share + 1);
    return [{ ...file, from, to: from + share }];
  });
}

/** Shares a total out evenly: nobody gets more than he has, and what is left goes to the others. */
export function evenShares(having: readonly number[], total: number): number[] {
  const shares = having.map(() => 0);
  const order = having.map((_, i) => i).sort((a, b) => having[a]! - having[b]! || a - b);
  let left = total;
  order.forEach((at, done) => {
    shares[at] = Math.min(having[at]!, Math.floor(left / (order.length - done)));
    left -= shares[at];
  });
  return shares;
}
