import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import {
  describeHubFolder,
  describeRecords,
  readHubFolder,
  readRecords,
  writeParquet,
} from '@limbeck/data/node';
import { afterAll, describe, expect, test } from 'vitest';
import { collect } from '../signals.js';

const root = mkdtempSync(join(tmpdir(), 'hub-'));
afterAll(() => rmSync(root, { recursive: true }));
let folders = 0;
function folderOf(files: { readonly [path: string]: string }): string {
  const folder = join(root, `${folders++}`);
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
  return folder;
}

const card = `---
license: cc-by-4.0
dataset_info:
  features:
  - name: text
    dtype: string
  - name: label
    dtype:
      class_label:
        names:
          '0': ham
          '1': spam
  splits:
  - name: train
    num_examples: 3
configs:
- config_name: default
  data_files:
  - split: train
    path: data/train-*
  - split: test
    path: data/test-*
---
# Mails
`;

describe('readHubFolder', () => {
  test('reads the files that the README names, with the classes it names', async () => {
    const folder = folderOf({ 'README.md': card });
    mkdirSync(join(folder, 'data'));
    const schema = { text: 'string', label: 'int64' } as const;
    const part = (i: number): string => join(folder, 'data', `train-0000${i}-of-00002.parquet`);
    await writeParquet(part(1), [{ text: 'c', label: -1 }], { schema });
    await writeParquet(
      part(0),
      [
        { text: 'a', label: 1 },
        { text: 'b', label: 0 },
      ],
      { schema },
    );
    await writeParquet(
      join(folder, 'data', 'test-00000-of-00001.parquet'),
      [{ text: 'd', label: 1 }],
      { schema },
    );
    expect(await collect(readRecords(folder))).toEqual([
      { text: 'a', label: 'spam' },
      { text: 'b', label: 'ham' },
      { text: 'c', label: null },
    ]);
    expect(await collect(readHubFolder(folder, { split: 'test', classNames: false }))).toEqual([
      { text: 'd', label: 1 },
    ]);
    const { card: found, configs } = await describeHubFolder(folder);
    expect(found['license']).toBe('cc-by-4.0');
    expect(configs[0]!.classNames).toEqual({ label: ['ham', 'spam'] });
    expect(await describeRecords(folder)).toMatchObject({
      format: 'hub',
      splits: { default: ['train', 'test'] },
    });
  });

  test('takes classes from the note of a Parquet file, and finds splits by names', async () => {
    const folder = folderOf({ '.gitattributes': '' });
    const features = { label: { names: ['no', 'yes'], _type: 'ClassLabel' } };
    await writeParquet(join(folder, 'train.parquet'), [{ label: 1 }, { label: 5 }], {
      notes: { huggingface: JSON.stringify({ info: { features } }) },
    });
    const reader = readHubFolder(folder, { onBad: 'skip' });
    expect(await collect(reader)).toEqual([{ label: 'yes' }]);
    expect(reader.report().bad).toBe(1);
  });

  test.each([
    [{ 'train.csv': 'a\n1\n', 'test.csv': 'a\n2\n' }, 'train', '1'],
    [{ 'data/my-dev.jsonl': '{"a":"1"}', 'data/my-train.jsonl': '{"a":"2"}' }, 'validation', '1'],
    [{ 'all.csv': 'a\n1\n' }, 'train', '1'],
    [{ 'eval/part.tsv': 'a\n1\n', 'training/part.tsv': 'a\n2\n' }, 'test', '1'],
    [{ 'trainer.csv': 'a\n2\n', 'train.csv': 'a\n1\n' }, 'train', '1'],
  ])('finds splits in %o', async (files, split, value) => {
    expect(
      await collect(readHubFolder(folderOf(files as { [path: string]: string }), { split })),
    ).toEqual([{ a: value }]);
  });

  test('reads dataset_info.json, and class indices in CSV', async () => {
    const info = { features: { label: { names: ['no', 'yes'], _type: 'ClassLabel' } } };
    const folder = folderOf({
      'train.csv': 'label\n1\n0\nyes\n',
      'dataset_info.json': JSON.stringify(info),
    });
    expect(await collect(readHubFolder(folder))).toEqual([
      { label: 'yes' },
      { label: 'no' },
      { label: 'yes' },
    ]);
  });

  test.each([
    ['no such split', { 'train.csv': 'a\n' }, { split: 'test' }, 'unknown-name', /one of train/],
    [
      'no such configuration',
      { 'train.csv': 'a\n' },
      { config: 'x' },
      'unknown-name',
      /one of default/,
    ],
    [
      'files that are named and missing',
      { 'README.md': card, 'train.csv': 'a\n' },
      {},
      'data-missing',
      /data\/train-\*/,
    ],
    [
      'Arrow files alone',
      { 'data-00000-of-00001.arrow': 'x', 'state.json': '{}' },
      {},
      'data-missing',
      /to_parquet/,
    ],
    ['no data files', { 'notes.txt': 'x' }, {}, 'data-missing', /no data files/],
    [
      'a README that does not parse',
      { 'README.md': '---\na: [\n---\n', 'train.csv': 'a\n' },
      {},
      'corrupt-file',
      /do not parse/,
    ],
    [
      'metadata of another form',
      { 'README.md': '---\nconfigs: [7]\n---\n', 'train.csv': 'a\n' },
      {},
      'invalid-data',
      /7 in the metadata/,
    ],
    [
      'an info file that does not parse',
      { 'dataset_info.json': '{', 'train.csv': 'a\n' },
      {},
      'corrupt-file',
      /dataset_info/,
    ],
  ] as const)('refuses %s', async (_, files, options, code, message) => {
    const read = collect(readHubFolder(folderOf(files as { [path: string]: string }), options));
    await expect(read).rejects.toMatchObject({
      code,
      message: expect.stringMatching(message) as string,
    });
  });

  test.skipIf(process.platform === 'win32')('reads the links of the hub’s cache', async () => {
    const blobs = folderOf({ '5f3c': 'text,label\na,x\n', 'a/b': 'no data' });
    const folder = folderOf({});
    mkdirSync(join(folder, 'data'), { recursive: true });
    symlinkSync(join(blobs, '5f3c'), join(folder, 'data', 'train.csv'));
    symlinkSync(join(blobs, 'gone'), join(folder, 'data', 'test.csv'));
    symlinkSync(blobs, join(folder, 'blobs'));
    expect(await collect(readRecords(folder))).toEqual([{ text: 'a', label: 'x' }]);
  });

  test('answers no folder with data-missing', async () => {
    await expect(collect(readHubFolder(join(root, 'none')))).rejects.toMatchObject({
      code: 'data-missing',
    });
  });
});
