import { checkWhole } from '@limbeck/core';
import { type ColumnDescription, describeColumns } from '../records/describe-columns.js';
import type { BadRecord } from '../records/record-options.js';
import { describeHubFolder } from './hub/hub-folder.js';
import { parquetInfo } from './parquet/parquet-info.js';
import { readRecords, type ReadRecordsOptions } from './read-records.js';
import { recordFormat, type RecordFormatName } from './record-format.js';

/** Options of {@link describeRecords}. */
export interface DescribeRecordsOptions extends Omit<
  ReadRecordsOptions,
  'onBad' | 'onBadRecord' | 'schema'
> {
  /** Records to look at. @defaultValue 10,000 */
  readonly sample?: number;
}

/** What {@link describeRecords} answers. */
export interface RecordsDescription {
  /** The file or folder. */
  readonly path: string;
  /** How the records lie. */
  readonly format: RecordFormatName;
  /** Records that were looked at. */
  readonly sampled: number;
  /** How many there are in all, if that is known: the file says so, or all were looked at. */
  readonly records?: number;
  /** The columns, in order. */
  readonly columns: readonly ColumnDescription[];
  /** The first five records. */
  readonly first: readonly unknown[];
  /** Bad records among those that were looked at, the first ten. */
  readonly bad: readonly BadRecord[];
  /** Bad records' share of those that were looked at. */
  readonly badShare: number;
  /** The splits of a data set in the Hub's layout, by configuration. */
  readonly splits?: { readonly [config: string]: readonly string[] };
}

/**
 * Looks at the first records of a file or folder: which columns there are, of which types, what they seem to be for. Bad
 * records are counted and left out.
 *
 * @throws LimbeckError what {@link readRecords} throws of files, but of no record
 */
export async function describeRecords(
  path: string,
  options: DescribeRecordsOptions = {},
): Promise<RecordsDescription> {
  const { sample = 10_000, ...rest } = options;
  checkWhole('describeRecords', { sample }, 1, 'Leave it out to use the default.');
  const format = options.format ?? (await recordFormat('describeRecords', path));
  const bad: BadRecord[] = [];
  const reader = readRecords<unknown>(path, {
    ...(rest as ReadRecordsOptions<unknown>),
    format,
    onBad: 'skip',
    onBadRecord: (record) => {
      if (bad.length < 10) bad.push(record);
    },
  });
  const rows: unknown[] = [];
  let all = true;
  for await (const row of reader) {
    rows.push(row);
    if (rows.length < sample) continue;
    all = false;
    break;
  }
  const known =
    format === 'parquet' ? (await parquetInfo(path)).rows : all ? rows.length : undefined;
  return {
    path,
    format,
    sampled: rows.length,
    ...(known !== undefined && { records: known }),
    columns: describeColumns(rows),
    first: rows.slice(0, 5),
    bad,
    badShare: reader.report().share,
    ...(format === 'hub' && { splits: await splitsOf(path) }),
  };
}

async function splitsOf(path: string): Promise<{ readonly [config: string]: readonly string[] }> {
  const { configs } = await describeHubFolder(path);
  return Object.fromEntries(configs.map(({ name, splits }) => [name, Object.keys(splits)]));
}
