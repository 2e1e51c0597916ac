import { access, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { LimbeckError } from '@limbeck/core';
import { parse as parseYaml } from 'yaml';
import { type HubConfig, hubConfigs } from '../../records/hub-layout.js';
import { corrupt, fileError } from '../errors.js';
import { filesBelow } from '../files-below.js';

/** A data set in the Hugging Face Hub's layout: its configurations, and what its README says. */
export interface HubFolder {
  /** Configurations, each with the files of its splits and the names of its classes. */
  readonly configs: readonly HubConfig[];
  /** The README's metadata: licence, languages and the like. */
  readonly card: { readonly [key: string]: unknown };
}

// The hub's own cache holds links to files, whose names are their hashes.

/**
 * What a folder in the Hugging Face Hub's layout holds: by its README's `configs`, or by names such as
 * `data/train-00000-of-00001.parquet` and `test.csv`.
 *
 * @throws LimbeckError `data-missing` if there is no folder, no file with records, or one that the README names is
 * missing; `corrupt-file` if its metadata do not parse; `invalid-data` if they are of another form; `io-failed`
 */
export async function describeHubFolder(folder: string): Promise<HubFolder> {
  try {
    const files = await filesBelow(folder, { links: true });
    const card = { ...(await infoFile(folder)), ...(await readmeCard(folder)) };
    const configs = hubConfigs(files, card);
    if (configs.length > 0) return { configs, card };
    const arrow = files.some((file) => file.endsWith('.arrow'));
    throw new LimbeckError('data-missing', {
      where: 'readHubFolder',
      given: `${folder}, which holds no ${arrow ? 'files but Arrow ones' : 'data files'}`,
      expected: 'Parquet, JSONL, JSON, CSV or TSV files',
      next: arrow
        ? 'Arrow files, of save_to_disk(), are not read: write the data set by to_parquet().'
        : 'Check the path, and that the files were fetched and not only their pointers.',
    });
  } catch (cause) {
    throw fileError('readHubFolder', folder, cause);
  }
}

/** Whether a folder looks like a data set in the Hub's layout, rather than a folder of texts. */
export async function isHubFolder(folder: string): Promise<boolean> {
  const files = await filesBelow(folder, { links: true });
  const card = await readmeCard(folder);
  return card['configs'] !== undefined || hubConfigs(files, {}).length > 0;
}

async function textOf(path: string): Promise<string | undefined> {
  try {
    await access(path);
  } catch {
    // A folder without one is one too.
    return undefined;
  }
  return readFile(path, 'utf8');
}

async function readmeCard(folder: string): Promise<{ readonly [key: string]: unknown }> {
  const path = join(folder, 'README.md');
  const text = await textOf(path);
  const matter = /^\uFEFF?---\r?\n([\s\S]*?)\r?\n---\s*(\r?\n|$)/.exec(text ?? '')?.[1];
  if (matter === undefined) return {};
  try {
    const card: unknown = parseYaml(matter, { maxAliasCount: 10 });
    return typeof card === 'object' && card !== null ? (card as { [key: string]: unknown }) : {};
  } catch (cause) {
    throw corrupt(
      'readHubFolder',
      `${path}: its metadata do not parse, ${(cause as Error).message}`,
      cause,
    );
  }
}

/** `dataset_info.json` of one configuration, or `dataset_infos.json` of several. */
async function infoFile(folder: string): Promise<{ readonly [key: string]: unknown }> {
  for (const name of ['dataset_info.json', 'dataset_infos.json']) {
    const path = join(folder, name);
    const text = await textOf(path);
    if (text === undefined) continue;
    try {
      const info = JSON.parse(text) as { readonly [config: string]: object };
      if (name === 'dataset_info.json') return { dataset_info: info };
      const infos = Object.entries(info).map(([config, each]) => ({
        config_name: config,
        ...each,
      }));
      return { dataset_info: infos };
    } catch (cause) {
      throw corrupt('readHubFolder', `${path}: ${(cause as Error).message}`, cause);
    }
  }
  return {};
}
