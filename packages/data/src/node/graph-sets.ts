import { readFile } from 'node:fs/promises';
import path from 'node:path';
import process from 'node:process';
import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import { LimbeckError } from '@limbeck/core';
import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex } from '@noble/hashes/utils.js';
import type { GraphData, LinkSplit } from '../graphs/graph-data.js';
import { parseLinkSplits, parseNodeSplit } from '../graphs/parse-splits.js';
import { parseSparseRows } from '../graphs/sparse-rows.js';
import { parseEdges, parseNodeLabels } from '../graphs/parse-tables.js';
import { fileError } from './errors.js';

/** The graphs that {@link readGraph} knows. */
export type GraphName = 'cora' | 'citeseer' | 'pubmed' | 'dblp' | 'coauthor_cs';

/** Where each set comes from, and the sha256 of its `meta.json`, which names those of the other files. */
const sets: { readonly [name in GraphName]: { readonly meta: string; readonly source: string } } = {
  cora: {
    meta: '34fbd28445d742e1914bc57e50e273a43b0d177e22dde000515ce46562930bab',
    source: 'https://github.com/kimiyoung/planetoid',
  },
  citeseer: {
    meta: '668b171a71b9a8c9cc204e8cb458c62e1025887234ce0cd3c5e7c1459ca41517',
    source: 'https://github.com/kimiyoung/planetoid',
  },
  pubmed: {
    meta: 'e490f627f9ea8d0ce495fe3b0fd23468e49b9ed7804564275029e98af40a0be8',
    source: 'https://github.com/kimiyoung/planetoid',
  },
  dblp: {
    meta: '4df9ae42004b52633163a4e987a4a5306deeb8544848fd965b556e769c923af1',
    source: 'https://github.com/EdisonLeeeee/GraphData',
  },
  coauthor_cs: {
    meta: '652d6912e23482ee57f0952337b48be1f74947d9632e314b23049396c5e61978',
    source: 'https://github.com/EdisonLeeeee/GraphData',
  },
};

/** Options of {@link readGraph} and {@link readLinkSplits}. */
export interface ReadGraphOptions {
  /** The folder of data sets, which holds `graphs/<name>`. @defaultValue the environment variable LIMBECK_DATA */
  readonly folder?: string;
}

interface Meta {
  readonly n: number;
  readonly m: number;
  readonly classes: number;
  readonly features: { readonly file: string } | null;
  readonly files: { readonly [file: string]: { readonly sha256: string } };
}

/**
 * A graph with features, labels and its split of nodes, every file checked against its sha256. `pubmed` comes without
 * features.
 *
 * @throws LimbeckError `unknown-name` for another graph; `data-missing`, with the source, if there is no folder, a file is
 * not there, or its bytes are others than those that the results were made with; `corrupt-file`, `io-failed`
 * @example
 * ```ts no-run
 * import { readGraph } from '@limbeck/data/node';
 *
 * const { nodes, edges } = await readGraph('cora', { folder: 'data' });
 * console.log(nodes, edges.sources.length); // 2708 5278
 * ```
 */
export async function readGraph(
  name: GraphName,
  options: ReadGraphOptions = {},
): Promise<GraphData> {
  const folder = await open(name, options);
  const { n: nodes, m, classes, features } = folder.meta;
  const edges = parseEdges(await folder.text('edges.csv.gz'), nodes);
  if (edges.sources.length !== m) throw missing(name, `${edges.sources.length} edges`, `${m}`);
  return {
    name,
    nodes,
    edges,
    features: features === null ? undefined : parseSparseRows(await folder.bytes(features.file)),
    labels: parseNodeLabels(await folder.text('labels.csv.gz'), nodes, classes),
    classes,
    split: parseNodeSplit(await folder.text('splits.json')),
  };
}

/** The fixed splits of a graph's edges, with sets to forget. @throws LimbeckError as {@link readGraph} */
export async function readLinkSplits(
  name: GraphName,
  options: ReadGraphOptions = {},
): Promise<readonly LinkSplit[]> {
  const folder = await open(name, options);
  return parseLinkSplits(await folder.text('link_splits.json.gz'), folder.meta.m);
}

interface Folder {
  readonly meta: Meta;
  bytes(file: string): Promise<Uint8Array>;
  text(file: string): Promise<string>;
}

async function open(name: GraphName, options: ReadGraphOptions): Promise<Folder> {
  if (!Object.hasOwn(sets, name)) {
    throw new LimbeckError('unknown-name', {
      where: 'readGraph',
      given: JSON.stringify(name),
      expected: `one of ${Object.keys(sets).join(', ')}`,
      next: 'Use one of these, or parse your own files with parseEdges and parseSparseRows.',
    });
  }
  const root = options.folder ?? process.env['LIMBECK_DATA'];
  if (root === undefined || root === '') {
    throw missing(name, 'neither a folder nor LIMBECK_DATA', 'a folder of data sets');
  }
  const folder = path.join(root, 'graphs', name);
  const meta = JSON.parse(decode(await load(name, folder, 'meta.json', sets[name].meta))) as Meta;
  const bytes = async (file: string): Promise<Uint8Array> => {
    const packed = await load(name, folder, file, meta.files[file]?.sha256);
    if (!file.endsWith('.gz')) return packed;
    try {
      return await promisify(gunzip)(packed);
    } catch (error) {
      throw fileError('readGraph', path.join(folder, file), error);
    }
  };
  return { meta, bytes, text: async (file) => decode(await bytes(file)) };
}

async function load(
  name: GraphName,
  folder: string,
  file: string,
  hash: string | undefined,
): Promise<Uint8Array> {
  const at = path.join(folder, file);
  let bytes: Uint8Array;
  try {
    bytes = await readFile(at);
  } catch (error) {
    const known = fileError('readGraph', at, error);
    throw known.code === 'data-missing' ? missing(name, `no file ${at}`, 'it there', error) : known;
  }
  const found = bytesToHex(sha256(bytes));
  if (found === hash) return bytes;
  throw missing(name, `${at} with sha256 ${found}`, `sha256 ${hash ?? 'in meta.json'}`);
}

function decode(bytes: Uint8Array): string {
  return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
}

function missing(name: GraphName, given: string, expected: string, cause?: unknown): LimbeckError {
  return new LimbeckError('data-missing', {
    where: `readGraph("${name}")`,
    given,
    expected,
    next: `Convert the set from ${sets[name].source}, or use a copy with these very bytes.`,
    cause,
  });
}
