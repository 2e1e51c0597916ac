// Is a MinHash index the better way to near duplicates? Both find the pairs of the same texts: bands of 128 MinHash values
// with every candidate compared, and the prefix filter of `similarityIndex`. With --record the result is kept in
// results/near.json.
import { mkdirSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { Rng } from '@limbeck/core';
import { jaccard, nearDuplicates, shingles, tieRows } from '@limbeck/data';
import { bandsFor, minHasher } from './min-hash.js';

const count = 100_000;
const threshold = 0.8;
const rng = Rng.from(1);
const words = Array.from({ length: 20_000 }, (_, i) => `word${i}`);
const sentence = (length: number): string =>
  Array.from({ length }, () => words[Math.floor(words.length * rng.uniform() ** 3)]).join(' ');

/** Texts of 40 words, of which every tenth is followed by nine copies with one word changed. */
function texts(): string[] {
  return Array.from({ length: count / 10 }, () => {
    const own = sentence(40).split(' ');
    return Array.from({ length: 10 }, (_, i) =>
      i === 0 ? own.join(' ') : own.with(rng.integer(own.length), `other${i}`).join(' '),
    );
  }).flat();
}

/** Pairs that share a band and have the similarity. */
function pairsByMinHash(all: readonly string[]): number {
  const sets = all.map((text) => shingles(text));
  const bands = bandsFor(threshold);
  const hash = minHasher(bands, 0);
  const buckets = Array.from({ length: bands.bands }, () => new Map<number, number[]>());
  let pairs = 0;
  sets.forEach((set, at) => {
    const others = new Set<number>();
    hash(set).forEach((value, band) => {
      const members = buckets[band]!.get(value);
      if (members === undefined) buckets[band]!.set(value, [at]);
      else {
        for (const other of members) others.add(other);
        members.push(at);
      }
    });
    for (const other of others) if (jaccard(set, sets[other]!) >= threshold) pairs++;
  });
  return pairs;
}

const all = texts();
const rounds = 3;
const ways = {
  minHash: () => pairsByMinHash(all),
  prefixFilter: () => nearDuplicates(all, { threshold }).length,
  tieRows: () => tieRows(all, { text: (text) => text, threshold }).near,
};
const found: { [way: string]: { found: number; seconds: number[] } } = {};
for (let round = 0; round < rounds; round++) {
  for (const [way, run] of Object.entries(ways)) {
    const start = performance.now();
    const its = (found[way] ??= { found: 0, seconds: [] });
    its.found = run();
    its.seconds.push(Math.round((performance.now() - start) / 10) / 100);
  }
}
for (const [way, { found: pairs, seconds }] of Object.entries(found)) {
  console.log(
    `${way}: ${pairs} found among ${count} texts, best of ${rounds} ${Math.min(...seconds)} s`,
  );
}
if (process.argv.includes('--record')) {
  const results = path.join(import.meta.dirname, 'results');
  mkdirSync(results, { recursive: true });
  const machine = { cpu: os.cpus()[0]?.model ?? 'unknown', cores: os.cpus().length };
  const record = {
    formatVersion: 1,
    texts: count,
    threshold,
    ...found,
    machine: { ...machine, node: process.version },
  };
  writeFileSync(path.join(results, 'near.json'), `${JSON.stringify(record, null, 2)}\n`);
}
