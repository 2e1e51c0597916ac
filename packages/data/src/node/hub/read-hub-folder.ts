import { join } from 'node:path';
import { LimbeckError } from '@limbeck/core';
import { type ClassNames, classNamesOfNote, type HubConfig } from '../../records/hub-layout.js';
import type { GoodRecord, RawRecord } from '../../records/raw-record.js';
import type { RecordOptions, RecordReader, Row } from '../../records/record-options.js';
import { recordReader } from '../../records/record-reader.js';
import { deadLetters } from '../dead-letters.js';
import { parquetInfo } from '../parquet/parquet-info.js';
import { formatByName, type RecordFormatName } from '../record-format.js';
import { rawRecords } from '../raw-records.js';
import { describeHubFolder } from './hub-folder.js';

/** Options of {@link readHubFolder}. */
export interface ReadHubFolderOptions<T = Row> extends RecordOptions<T> {
  /** Which split. @defaultValue `'train'`, or the only one there is */
  readonly split?: string;
  /** Which configuration. @defaultValue `'default'`, or the first one */
  readonly config?: string;
  /** Whether columns of class indices come out as the classes' names. @defaultValue true */
  readonly classNames?: boolean;
}

/**
 * Reads the records of one split of a data set in the Hugging Face Hub's layout: Parquet, JSONL, JSON, CSV or TSV files,
 * gzipped or not, one after the other. Columns of class indices come out as names, −1 as `null`.
 *
 * @throws LimbeckError `unknown-name` if there is no such split or configuration, with those that there are; what
 * {@link describeHubFolder} and the readers of files throw
 */
export function readHubFolder<T = Row>(
  folder: string,
  options: ReadHubFolderOptions<T> = {},
): RecordReader<T> {
  const { onBad, classNames: named = true } = options;
  async function* source(): AsyncGenerator<RawRecord[]> {
    const { configs } = await describeHubFolder(folder);
    const config = pick(configs, options.config);
    for (const file of filesOf(config, options.split)) {
      const path = join(folder, file);
      const names = named ? await namesOf(path, config.classNames) : {};
      for await (const some of rawRecords(path, formatOf(file), options)) {
        yield Object.keys(names).length === 0
          ? [...some]
          : some.map((found) => ('reason' in found ? found : withNames(found, names)));
      }
    }
  }
  const format = {
    where: 'readHubFolder',
    unit: 'line',
    expected: 'a record as the others',
    text: true,
  } as const;
  return recordReader(format, source, options, deadLetters('readHubFolder', folder, onBad));
}

function pick(configs: readonly HubConfig[], name: string | undefined): HubConfig {
  const found =
    name === undefined
      ? (configs.find((config) => config.name === 'default') ?? configs[0])
      : configs.find((config) => config.name === name);
  if (found !== undefined) return found;
  throw unknown(
    'configuration',
    name!,
    configs.map((config) => config.name),
  );
}

function filesOf({ splits }: HubConfig, name: string | undefined): readonly string[] {
  const names = Object.keys(splits);
  const split = name ?? (names.length === 1 ? names[0]! : 'train');
  if (Object.hasOwn(splits, split)) return splits[split]!;
  throw unknown('split', split, names);
}

function unknown(what: string, name: string, names: readonly string[]): LimbeckError {
  return new LimbeckError('unknown-name', {
    where: 'readHubFolder',
    given: `${what} ${JSON.stringify(name)}`,
    expected: `one of ${names.join(', ')}`,
    next: `Correct the name of the ${what}.`,
  });
}

/** The README's names, and those that the file itself notes. */
async function namesOf(path: string, readme: ClassNames): Promise<ClassNames> {
  if (formatByName(path) !== 'parquet') return readme;
  const { notes } = await parquetInfo(path);
  return { ...classNamesOfNote(notes['huggingface']), ...readme };
}

function withNames(found: GoodRecord, names: ClassNames): RawRecord {
  if (typeof found.value !== 'object' || found.value === null) return found;
  const value: { [column: string]: unknown } = { ...found.value };
  for (const [column, classes] of Object.entries(names)) {
    const index = value[column];
    if (index === undefined || index === null || index === '') continue;
    const number = typeof index === 'string' && /^-?\d+$/.test(index) ? Number(index) : index;
    // A column of names has no need of any.
    if (typeof number === 'string' && classes.includes(number)) continue;
    if (number === -1) value[column] = null;
    else if (typeof number === 'number' && classes[number] !== undefined)
      value[column] = classes[number];
    else {
      const reason = `${column} is ${JSON.stringify(index)}, which is none of ${classes.length} classes`;
      return { file: found.file, line: found.line, raw: found.raw, reason };
    }
  }
  return { ...found, value };
}

/** Only files of records are in a configuration. */
function formatOf(file: string): Exclude<RecordFormatName, 'texts' | 'hub'> {
  return formatByName(file) as Exclude<RecordFormatName, 'texts' | 'hub'>;
}
