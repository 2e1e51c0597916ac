import { copyFile, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { type GraphName, readGraph, readLinkSplits } from '@limbeck/data/node';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { requires } from '../../../../test-support/requires.js';

afterEach(() => vi.unstubAllEnvs());

const missing = (given: RegExp): Error =>
  expect.objectContaining({
    code: 'data-missing',
    given: expect.stringMatching(given) as string,
    next: expect.stringContaining('https://github.com/kimiyoung/planetoid') as string,
  }) as Error;

describe('readGraph', () => {
  test.for([
    ['cora', 2708, 5278, 1433, 7, [140, 500, 1000]],
    ['citeseer', 3327, 4552, 3703, 6, [120, 500, 1000]],
    ['pubmed', 19_717, 44_324, undefined, 3, [60, 500, 1000]],
    ['dblp', 17_716, 52_867, 1639, 4, [80, 120, 17_516]],
    ['coauthor_cs', 18_333, 81_894, 6805, 15, [300, 450, 17_583]],
  ] as const)('reads %s with its published counts', async (expected, context) => {
    const folder = requires('data', context);
    const [name, nodes, edges, columns, classes, split] = expected;
    const graph = await readGraph(name, { folder });
    expect(graph.nodes).toBe(nodes);
    expect(graph.edges.sources).toHaveLength(edges);
    expect(graph.features?.columns).toBe(columns);
    expect(graph.features?.rows ?? nodes).toBe(nodes);
    expect(new Set(graph.labels).size).toBe(classes);
    const { train, validation, test: held } = graph.split;
    expect([train.length, validation.length, held.length]).toEqual(split);
    expect(new Set([...train, ...validation, ...held]).size).toBe(split[0] + split[1] + split[2]);
  });

  test('reads the splits of edges, and every edge is in one part', async (context) => {
    const folder = requires('data', context);
    const splits = await readLinkSplits('cora', { folder });
    expect(splits.map(({ seed }) => seed)).toEqual([0, 1, 2]);
    for (const { train, validation, test: held, testNegatives, forget } of splits) {
      expect([train.length, validation.length, held.length]).toEqual([4752, 263, 263]);
      expect(new Set([...train, ...validation, ...held]).size).toBe(5278);
      expect(testNegatives.sources).toHaveLength(263);
      // 2.5 % of 4,752 training edges, drawn from them alone.
      const near = forget['2.5']!.in!;
      expect(near).toHaveLength(Math.floor(0.025 * 4752));
      const kept = new Set(train);
      expect(near.every((edge) => kept.has(edge))).toBe(true);
    }
  });

  test('says where to get a file that is not there, or is another one', async (context) => {
    const data = requires('data', context);
    const folder = await mkdtemp(path.join(os.tmpdir(), 'limbeck-graphs-'));
    try {
      await expect(readGraph('cora', { folder })).rejects.toThrow(
        missing(/^no file .*meta\.json$/),
      );
      const copy = path.join(folder, 'graphs', 'cora');
      await mkdir(copy, { recursive: true });
      for (const file of ['meta.json', 'edges.csv.gz', 'features.csr.gz', 'splits.json']) {
        await copyFile(path.join(data, 'graphs', 'cora', file), path.join(copy, file));
      }
      await expect(readGraph('cora', { folder })).rejects.toThrow(missing(/labels\.csv\.gz$/));
      await writeFile(path.join(copy, 'labels.csv.gz'), 'other bytes');
      await expect(readGraph('cora', { folder })).rejects.toThrow(
        missing(/with sha256 [0-9a-f]{64}$/),
      );
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  });

  test('asks for a folder', async () => {
    vi.stubEnv('LIMBECK_DATA', '');
    await expect(readGraph('citeseer')).rejects.toThrow(missing(/^neither a folder nor/));
  });

  test('names the graphs that it knows', async () => {
    await expect(readGraph('karate' as GraphName)).rejects.toThrow(
      expect.objectContaining({
        code: 'unknown-name',
        expected: 'one of cora, citeseer, pubmed, dblp, coauthor_cs',
      }) as Error,
    );
  });
});
