import { LimbeckError } from '@limbeck/core';

/** Names of the classes of a column that holds their indices. */
export interface ClassNames {
  readonly [column: string]: readonly string[];
}

/** The files of a data set in the Hugging Face Hub's layout. */
export interface HubConfig {
  /** Its name; `default` if there is one alone. */
  readonly name: string;
  /** The files of each split, in order, from the folder on. */
  readonly splits: { readonly [split: string]: readonly string[] };
  /** Columns that hold indices of classes, and the classes' names. */
  readonly classNames: ClassNames;
}

/** Words that name a split in a file's or folder's name, as the Hub has them. */
const splitWords: { readonly [split: string]: readonly string[] } = {
  train: ['train', 'training'],
  validation: ['validation', 'valid', 'dev', 'val'],
  test: ['test', 'testing', 'eval', 'evaluation'],
};

const dataFile = /\.(parquet|jsonl|json|csv|tsv)(\.gz)?$/i;

/** Files that describe a data set and hold no records of it. */
const descriptions = /(^|\/)(dataset_infos?|dataset_dict|state|data_info)\.json$/;

/**
 * Which files belong to which split of which configuration.
 *
 * @param files - all files, from the folder on, with forward slashes
 * @param card - the README's metadata, and those of `dataset_info.json` and `dataset_infos.json`
 * @returns no configuration if no file holds records
 * @throws LimbeckError `invalid-data` if the metadata are of another form; `data-missing` if a file they name is not there
 */
export function hubConfigs(
  files: readonly string[],
  card: { readonly [key: string]: unknown },
): readonly HubConfig[] {
  const candidates = files
    .filter((file) => dataFile.test(file) && !descriptions.test(file))
    .toSorted();
  const named = listOf(card['configs']).filter((config) => config['data_files'] !== undefined);
  const found =
    named.length > 0
      ? named.map((config) => ({
          name: textOr(config['config_name'], 'default'),
          splits: namedSplits(config['data_files'], candidates),
        }))
      : [{ name: 'default', splits: guessedSplits(candidates) }];
  return found
    .filter(({ splits }) => Object.keys(splits).length > 0)
    .map((config) => ({ ...config, classNames: classNamesOf(card, config.name) }));
}

function listOf(value: unknown): readonly { readonly [key: string]: unknown }[] {
  const items: unknown[] = Array.isArray(value)
    ? value
    : value === undefined || value === null
      ? []
      : [value];
  return items.map((item) => {
    if (typeof item === 'object' && item !== null) return item as { [key: string]: unknown };
    throw new LimbeckError('invalid-data', {
      where: 'readHubFolder',
      given: `${JSON.stringify(item)} in the metadata`,
      expected: 'an object',
      next: "Correct the README's first lines, between the two of three dashes.",
    });
  });
}

/** Names in metadata may be numbers, of years for instance. */
function textOr(value: unknown, otherwise: string): string {
  return typeof value === 'string' || typeof value === 'number' ? `${value}` : otherwise;
}

function namedSplits(given: unknown, files: readonly string[]): { [split: string]: string[] } {
  const entries =
    typeof given === 'string' || (Array.isArray(given) && typeof given[0] === 'string')
      ? [{ split: 'train', path: given as unknown }]
      : listOf(given).map(({ split = 'train', path }) => ({ split: String(split), path }));
  const splits: { [split: string]: string[] } = {};
  for (const { split, path } of entries) {
    const patterns = (Array.isArray(path) ? path : [path]).map(String);
    const matching = patterns.flatMap((pattern) => {
      const regular = globOf(pattern);
      return files.filter((file) => regular.test(file));
    });
    if (matching.length === 0) {
      throw new LimbeckError('data-missing', {
        where: 'readHubFolder',
        given: `${patterns.join(', ')} for split ${JSON.stringify(split)}, which no file matches`,
        expected: 'the files that the README names',
        next: 'Fetch them, or correct the README.',
      });
    }
    splits[split] = [...(splits[split] ?? []), ...matching];
  }
  return splits;
}

/** A pattern of file names: `*` within a folder, `**` across, `?` and `[…]` one character. */
function globOf(pattern: string): RegExp {
  const source = pattern
    .replace(/^\.\//, '')
    .split(/(\*\*\/?|\*|\?|\[[^\]/]+\])/)
    .map((part, i) => {
      if (i % 2 === 0) return part.replaceAll(/[\\^$.|+(){}[\]]/g, '\\$&');
      if (part.startsWith('**')) return '(?:.*)';
      return part === '*'
        ? '[^/]*'
        : part === '?'
          ? '[^/]'
          : part.replace('[!', '[^').replaceAll('\\', '\\\\');
    });
  return new RegExp(`^${source.join('')}$`);
}

function guessedSplits(files: readonly string[]): { [split: string]: string[] } {
  const splits: { [split: string]: string[] } = {};
  for (const file of files) {
    // `data/train-00000-of-00002.parquet`, `train.csv`, `test/part.jsonl`: the name decides, else its folders.
    const parts = file.split('/').toReversed();
    const split = parts.map(splitIn).find((found) => found !== undefined);
    if (split !== undefined) (splits[split] ??= []).push(file);
  }
  return Object.keys(splits).length > 0 || files.length === 0 ? splits : { train: [...files] };
}

function splitIn(name: string): string | undefined {
  const words = name.toLowerCase().split(/[^a-z]+/);
  return Object.keys(splitWords).find((split) =>
    splitWords[split]!.some((word) => words.includes(word)),
  );
}

/** Columns of class indices: from the README's `dataset_info`, or `features` as the libraries write them. */
function classNamesOf(card: { readonly [key: string]: unknown }, config: string): ClassNames {
  const infos = listOf(card['dataset_info']);
  const info = infos.find((each) => each['config_name'] === config) ?? infos[0];
  const features = info?.['features'];
  const names: { [column: string]: readonly string[] } = {};
  if (Array.isArray(features)) {
    for (const feature of listOf(features)) {
      const found = namesIn(
        (feature['dtype'] as { class_label?: unknown } | undefined)?.class_label,
      );
      if (found !== undefined) names[String(feature['name'])] = found;
    }
  } else if (typeof features === 'object' && features !== null) {
    for (const [column, feature] of Object.entries(features)) {
      const found = namesIn(feature);
      if (found !== undefined) names[column] = found;
    }
  }
  return names;
}

function namesIn(label: unknown): readonly string[] | undefined {
  const names = (label as { readonly names?: unknown } | null | undefined)?.names;
  if (Array.isArray(names)) return names.map(String);
  if (typeof names !== 'object' || names === null) return undefined;
  const entries = Object.entries(names).toSorted(([a], [b]) => Number(a) - Number(b));
  return entries.map(([, name]) => String(name));
}

/** Classes' names as a Parquet file's note of the data set libraries has them, under the key `huggingface`. */
export function classNamesOfNote(note: string | undefined): ClassNames {
  if (note === undefined) return {};
  try {
    const { info } = JSON.parse(note) as { readonly info?: { readonly features?: unknown } };
    return classNamesOf({ dataset_info: { features: info?.features } }, 'default');
  } catch {
    // A note of another kind, by which nothing is named.
    return {};
  }
}
