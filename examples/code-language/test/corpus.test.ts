import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findLeaks } from '@limbeck/data';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { bars, type Corpus, loadCorpus, type Snippet } from '../src/corpus/index.js';
import { printCorpus, underTheBar } from '../src/corpus/print.js';

const hash = (value: unknown): string =>
  createHash('sha256').update(JSON.stringify(value)).digest('hex');
const texts = (snippets: readonly Snippet[]): string[] => snippets.map((snippet) => snippet.text);

describe('the whole corpus', () => {
  let corpus: Corpus;
  let parts: [string, readonly Snippet[]][];
  beforeAll(async () => {
    corpus = await loadCorpus();
    const { train, validation, test, second } = corpus;
    parts = Object.entries({ train, validation, test, second });
  });

  test('reaches the bar in every language that is kept', () => {
    expect(corpus.languages.length).toBeGreaterThanOrEqual(bars.languages);
    expect(underTheBar(corpus.table)).toEqual([]);
    for (const row of corpus.table.languages) {
      expect(row.groups).toBeGreaterThanOrEqual(bars.groups);
      expect(row.parts['test']?.groups).toBeGreaterThanOrEqual(bars.testGroups);
      expect(row.parts['test']?.windows).toBeGreaterThanOrEqual(bars.test);
      expect(row.parts['train']?.windows).toBeGreaterThanOrEqual(bars.train);
      expect(row.parts['validation']?.groups).toBeGreaterThanOrEqual(2);
    }
  });

  test('has every package on one side, for all its languages', () => {
    const sides = new Map<string, Set<string>>();
    for (const [part, snippets] of parts) {
      for (const { group } of snippets) sides.set(group, (sides.get(group) ?? new Set()).add(part));
    }
    expect([...sides].filter(([, on]) => on.size > 1)).toEqual([]);
  });

  test('reads listed packages and nothing else', () => {
    const manifest = JSON.parse(
      readFileSync(new URL('../corpus/package.json', import.meta.url), 'utf8'),
    ) as { dependencies: { [name: string]: string } };
    const listed = Object.keys(manifest.dependencies);
    const read = new Set(parts.flatMap(([, snippets]) => snippets.map(packageOf)));
    expect([...read].filter((name) => !listed.includes(name))).toEqual([]);
    expect(read.size).toBeGreaterThan(70);
  });

  test('never trains on the packages of the second test set', () => {
    const second = new Set(corpus.second.map(packageOf));
    expect(second.size).toBeGreaterThanOrEqual(12);
    expect(
      parts.slice(0, 3).flatMap(([, rows]) => rows.filter((row) => second.has(packageOf(row)))),
    ).toEqual([]);
  });

  test('has no exact or near duplicate on two sides', () => {
    const { train, validation, test: tested, second } = corpus;
    expect(findLeaks(texts(train), texts([...validation, ...tested, ...second]))).toEqual([]);
    expect(findLeaks(texts(validation), texts(tested))).toEqual([]);
  });

  test('holds each text once, and none in two languages', () => {
    const keys = [...corpus.train, ...corpus.validation, ...corpus.test].map((snippet) =>
      snippet.text.trim().replace(/\s+/g, ' '),
    );
    expect(new Set(keys).size).toBe(keys.length);
  });

  test('labels windows of 1 to 20 lines by their language', () => {
    const wrong = parts
      .flatMap(([, snippets]) => snippets)
      .filter(
        ({ text, lines, label, language }) =>
          corpus.languages[label] !== language ||
          text.split('\n').length !== lines ||
          lines < 1 ||
          lines > 20,
      );
    expect(wrong).toEqual([]);
  });

  test('draws fresh training windows, as many and from the same packages, without a leak', () => {
    const count = (rows: readonly Snippet[]): number[] =>
      corpus.languages.map((_, label) => rows.filter((row) => row.label === label).length);
    const fresh = corpus.redrawTraining(1, 7);
    expect(corpus.redrawTraining(1, 7)).toEqual(fresh);
    expect(hash(texts(corpus.redrawTraining(2, 7)))).not.toBe(hash(texts(fresh)));
    expect(hash(texts(corpus.redrawTraining(1, 8)))).not.toBe(hash(texts(fresh)));
    expect(fresh.length / corpus.train.length).toBeGreaterThan(0.99);
    expect(fresh.length).toBeLessThanOrEqual(corpus.train.length);
    count(fresh).forEach((n, label) => expect(n).toBeLessThanOrEqual(count(corpus.train)[label]!));
    const groups = new Set(corpus.train.map((row) => row.group));
    expect(fresh.filter((row) => !groups.has(row.group))).toEqual([]);
    const heldOut = texts([...corpus.validation, ...corpus.test, ...corpus.second]);
    expect(findLeaks(texts(fresh), heldOut)).toEqual([]);
  });

  test('prints languages by groups, windows and parts', () => {
    const lines: string[] = [];
    const { log } = console;
    console.log = (line: string) => lines.push(line);
    printCorpus(corpus.table);
    console.log = log;
    expect(lines[0]).toMatch(/language +groups +files +train \(groups\)/);
    expect(lines.find((line) => line.startsWith('Solidity'))).toMatch(/\d+ +\d+ +\d+ \(\d+\)/);
    expect(lines.join('\n')).toMatch(/dropped files: .*\d+ generated/);
  });
});

describe('the small corpus', () => {
  test('holds every language, and the same seed gives the same snippets', async () => {
    const first = await loadCorpus({ smoke: true });
    const again = await loadCorpus({ smoke: true });
    const other = await loadCorpus({ smoke: true, seed: 1 });
    expect(first.languages).toHaveLength(22);
    expect(first.table.languages.every((row) => (row.parts['train']?.windows ?? 0) >= 100)).toBe(
      true,
    );
    const all = ({ train, validation, test, second }: Corpus) =>
      hash([train, validation, test, second]);
    expect(all(again)).toBe(all(first));
    expect(all(other)).not.toBe(all(first));
  });
});

describe('a corpus that is not all there', () => {
  const folder = mkdtempSync(join(tmpdir(), 'corpus-'));
  afterAll(() => rmSync(folder, { recursive: true }));
  writeFileSync(join(folder, 'package.json'), '{"dependencies":{"bats":"1.13.0"}}');
  writeFileSync(join(folder, 'second.json'), '[]');

  test('names the missing package and what to do', async () => {
    await expect(loadCorpus({ folder })).rejects.toMatchObject({
      code: 'data-missing',
      message: expect.stringMatching(/bats@1\.13\.0.*pnpm install --frozen-lockfile/) as string,
    });
  });

  test('refuses another version', async () => {
    mkdirSync(join(folder, 'node_modules/bats'), { recursive: true });
    writeFileSync(join(folder, 'node_modules/bats/package.json'), '{"version":"1.12.0"}');
    await expect(loadCorpus({ folder })).rejects.toMatchObject({ code: 'data-missing' });
  });
});

/** The package's name at the front of a snippet's file. */
function packageOf({ file }: Snippet): string {
  const [scope = '', name = ''] = file.split('/');
  return scope.startsWith('@') ? `${scope}/${name}` : scope;
}
