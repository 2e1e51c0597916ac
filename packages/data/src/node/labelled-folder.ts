import {
  type RecordOptions,
  type RecordReader,
  type Row,
  defaultRecordBytes,
} from '../records/record-options.js';
import { recordReader } from '../records/record-reader.js';
import type { RawRecord } from '../records/raw-record.js';
import { deadLetters } from './dead-letters.js';
import { type BadFile, readTextFolder } from './text-folder.js';

/** Options of {@link readLabelledFolder}. */
export interface ReadLabelledFolderOptions<T = Row> extends RecordOptions<T> {
  /** Which files, by the end of their names. @defaultValue `['.txt']` */
  readonly extensions?: readonly string[];
}

/**
 * Reads a folder of texts as records `{ text, label, path }`: the label is the name of the first folder on the way, or
 * `null` for texts that lie in none.
 *
 * @throws LimbeckError `data-missing` if there is no folder; `invalid-record` if a file is too large or no UTF-8, unless
 * `onBad` says otherwise; `io-failed`
 */
export function readLabelledFolder<T = Row>(
  folder: string,
  options: ReadLabelledFolderOptions<T> = {},
): RecordReader<T> {
  const { maxRecordBytes = defaultRecordBytes, extensions, onBad } = options;
  async function* source(): AsyncGenerator<RawRecord[]> {
    const bad: BadFile[] = [];
    const texts = readTextFolder(folder, {
      ...(extensions === undefined ? {} : { extensions }),
      maxBytes: maxRecordBytes,
      onBadFile: (file) => bad.push(file),
    });
    const faulty = (): RawRecord[] =>
      bad
        .splice(0)
        .map(({ path, reason }) => ({ file: `${folder}/${path}`, line: 1, reason, raw: () => '' }));
    for await (const { path, text } of texts) {
      const label = path.includes('/') ? path.slice(0, path.indexOf('/')) : null;
      const value = { text, label, path };
      yield [...faulty(), { file: `${folder}/${path}`, line: 1, value, raw: () => text }];
    }
    yield faulty();
  }
  const format = {
    where: 'readLabelledFolder',
    unit: 'file',
    expected: 'a text in UTF-8',
  } as const;
  return recordReader(format, source, options, deadLetters('readLabelledFolder', folder, onBad));
}
