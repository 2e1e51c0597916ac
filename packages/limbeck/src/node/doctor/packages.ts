import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import type { Check } from './check.js';

/** A package that something here can use. */
interface Known {
  readonly name: string;
  /** What for. */
  readonly use: string;
  /** The least version that is known to do. */
  readonly least: string;
  /** Whether nothing runs without it. */
  readonly needed?: true;
}

/** Optional packages, and what each is for. */
const known: readonly Known[] = [
  { name: 'onnxruntime-node', least: '1.30.0', use: 'runs and trains models', needed: true },
  { name: 'onnxruntime-web', least: '1.30.0', use: 'runs and trains models in a page' },
  { name: '@huggingface/tokenizers', least: '0.2.0', use: 'reads tokenizer.json' },
  { name: '@huggingface/hub', least: '2.17.0', use: 'limbeck push' },
  { name: 'tokenizers', least: '0.23.0', use: 'trains vocabularies' },
  { name: '@duckdb/node-api', least: '1.5.0', use: 'data larger than memory' },
  { name: 'vega', least: '6.4.0', use: 'charts in reports' },
  { name: 'vega-lite', least: '6.4.0', use: 'charts in reports' },
  { name: 'zod', least: '4.0.0', use: 'schemas of labels' },
];

/** Which of the packages a project finds, from its folder. */
export function checkPackages(cwd: string): readonly Check[] {
  return known.map(({ name, least, use, needed }): Check => {
    const version = versionOf(cwd, name);
    const install = `npm install ${name}`;
    if (version === undefined) {
      const state = needed === true ? 'missing' : 'optional';
      return { name, state, found: 'not installed', note: `${use}: ${install}` };
    }
    if (isOlder(version, least)) {
      const note = `${use}: needs ${least}: ${install}@latest`;
      return { name, state: needed === true ? 'broken' : 'optional', found: version, note };
    }
    return { name, state: 'ok', found: version, note: use };
  });
}

/** The version of a package as modules in this folder, or Limbeck itself, would find it. */
export function versionOf(cwd: string, name: string): string | undefined {
  for (const from of [path.join(cwd, 'package.json'), import.meta.filename]) {
    for (const folder of createRequire(from).resolve.paths(name) ?? []) {
      const manifest = path.join(folder, name, 'package.json');
      if (!existsSync(manifest)) continue;
      const { version } = JSON.parse(readFileSync(manifest, 'utf8')) as {
        readonly version?: string;
      };
      return version ?? '0.0.0';
    }
  }
  return undefined;
}

/** Whether one version comes before another, by its numbers. */
export function isOlder(version: string, least: string): boolean {
  const [have, want] = [version, least].map((text) => text.split(/[.-]/).map(Number));
  for (let i = 0; i < 3; i += 1) {
    const difference = (have?.[i] ?? 0) - (want?.[i] ?? 0);
    if (difference !== 0) return difference < 0;
  }
  return false;
}
