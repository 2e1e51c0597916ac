import { createReadStream } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { createInterface } from 'node:readline';
import type { EventSink } from '@limbeck/core';
import type { Engine } from '@limbeck/runtime';
import { nodeEngine } from '@limbeck/runtime/node';
import { type Example, type PartName, partNames, type Parts } from './example.js';
import { type Family, familyOf } from './families.js';
import type { FamilyName } from './options.js';

/** The name of the file with the examples in the folder of the step that reads them. */
const examplesFile = 'examples.jsonl';
/** The name of the file with the parts in the folder of the step that splits. */
const partsFile = 'parts.json';

/** What the split comes to, as places among the examples. */
export interface SplitFile {
  readonly parts: { readonly [Part in PartName]: readonly number[] };
  /** The cluster of each example. */
  readonly clusters: readonly number[];
}

/**
 * What steps share within one process and can be made again in the next: examples, engine, families. Each is made when
 * first asked for, so that a run whose steps are all done makes none of them.
 */
export class Lab {
  #engine: Promise<Engine> | undefined;
  readonly #examples = new Map<string, Promise<readonly Example[]>>();
  readonly #families = new Map<string, Family>();

  constructor(readonly onEvent?: EventSink) {}

  /** ONNX Runtime on all cores. */
  engine(): Promise<Engine> {
    this.#engine ??= nodeEngine();
    return this.#engine;
  }

  /** Writes examples into a step's folder, one a line. */
  async keepExamples(folder: string, examples: readonly Example[]): Promise<void> {
    const lines = examples.map((example) => `${JSON.stringify(example)}\n`);
    await writeFile(path.join(folder, examplesFile), lines.join(''));
    this.#examples.set(folder, Promise.resolve(examples));
  }

  /** The examples that a step has kept. */
  examples(folder: string): Promise<readonly Example[]> {
    const known = this.#examples.get(folder);
    if (known !== undefined) return known;
    const read = readExamples(path.join(folder, examplesFile));
    this.#examples.set(folder, read);
    return read;
  }

  /** Examples by part, and the cluster of each, as the step that splits has kept them. */
  async parts(folders: {
    readonly read: string;
    readonly split: string;
  }): Promise<{ readonly parts: Parts; readonly clusters: readonly number[] }> {
    const examples = await this.examples(folders.read);
    const text = await readFile(path.join(folders.split, partsFile), 'utf8');
    const { parts, clusters } = JSON.parse(text) as SplitFile;
    const of = (part: PartName): Example[] => parts[part].map((place) => examples[place]!);
    return {
      parts: Object.fromEntries(partNames.map((part) => [part, of(part)])) as unknown as Parts,
      clusters,
    };
  }

  /** Writes the split into a step's folder. */
  async keepParts(folder: string, split: SplitFile): Promise<void> {
    await writeFile(path.join(folder, partsFile), JSON.stringify(split));
  }

  /** A family settled for the training texts, once. */
  family(name: FamilyName, labels: readonly string[], parts: Parts): Family {
    const known = this.#families.get(name);
    if (known !== undefined) return known;
    const made = familyOf(name, { labels, train: [...parts.train, ...parts.unlabelled] });
    this.#families.set(name, made);
    return made;
  }

  /** Lets the engine go. */
  async dispose(): Promise<void> {
    const engine = await this.#engine;
    await engine?.dispose();
  }
}

async function readExamples(file: string): Promise<Example[]> {
  const lines = createInterface({ input: createReadStream(file), crlfDelay: Infinity });
  const found: Example[] = [];
  for await (const line of lines) if (line !== '') found.push(JSON.parse(line) as Example);
  return found;
}
