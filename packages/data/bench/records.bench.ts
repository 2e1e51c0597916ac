// Readers of records against the libraries that they stand on, in one run and by turns; and the memory that reading a file
// takes whose rows are more than the heap may hold. With --record the result is kept in results/records.json.
import { execFileSync } from 'node:child_process';
import {
  createReadStream,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import readline from 'node:readline';
import { fileURLToPath } from 'node:url';
import { readCsv, readJsonl, readParquet, writeRecords } from '@limbeck/data/node';
import { parse } from 'csv-parse';
import { parquetReadObjects } from 'hyparquet';
import { benchRows } from './records/rows.js';

const [rows, rounds] = [200_000, 5];
const [manyRows, heapMb] = [1_200_000, 64];
const folder = mkdtempSync(path.join(os.tmpdir(), 'limbeck-records-'));
const formats = ['csv', 'jsonl', 'parquet'] as const;
type Format = (typeof formats)[number];
const fileOf = (format: Format): string => path.join(folder, `rows.${format}`);

const count = async (records: AsyncIterable<unknown>): Promise<number> => {
  let found = 0;
  for await (const record of records) found += record === undefined ? 0 : 1;
  return found;
};

const ours: { readonly [Name in Format]: () => Promise<number> } = {
  csv: async () => count(readCsv(fileOf('csv'))),
  jsonl: async () => count(readJsonl(fileOf('jsonl'))),
  parquet: async () => count(readParquet(fileOf('parquet'))),
};

const bare: { readonly [Name in Format]: () => Promise<number> } = {
  csv: async () => count(createReadStream(fileOf('csv')).pipe(parse({ columns: true }))),
  jsonl: async () => {
    let found = 0;
    const lines = readline.createInterface({ input: createReadStream(fileOf('jsonl')) });
    for await (const line of lines) found += JSON.parse(line) === undefined ? 0 : 1;
    return found;
  },
  // All rows at once: hyparquet has no reader that streams rows.
  parquet: async () => {
    const bytes = readFileSync(fileOf('parquet'));
    const file = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length);
    return (await parquetReadObjects({ file })).length;
  },
};

const median = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[values.length >> 1]!;
const rounded = (value: number): number => Number(value.toPrecision(3));

try {
  const results = [];
  for (const format of formats) {
    await writeRecords(fileOf(format), benchRows(rows));
    const times = { ours: [] as number[], bare: [] as number[] };
    for (let round = -1; round < rounds; round++) {
      for (const [name, read] of [
        ['ours', ours[format]],
        ['bare', bare[format]],
      ] as const) {
        const start = performance.now();
        if ((await read()) !== rows)
          throw new Error(`${name} did not read every row of ${format}.`);
        // The first round is for the compiler.
        if (round >= 0) times[name].push((performance.now() - start) / 1000);
      }
    }
    const [seconds, peer] = [median(times.ours), median(times.bare)];
    const mb = statSync(fileOf(format)).size / 1e6;
    results.push({
      format,
      rows,
      mb: rounded(mb),
      rowsPerSecond: rounded(rows / seconds),
      mbPerSecond: rounded(mb / seconds),
      peer: { csv: 'csv-parse', jsonl: 'readline and JSON.parse', parquet: 'hyparquet' }[format],
      timeOverPeer: rounded(seconds / peer),
    });
    console.log(results.at(-1));
  }

  const streams = [];
  const stream = fileURLToPath(new URL('records/stream.ts', import.meta.url));
  for (const format of formats) {
    const file = path.join(folder, `many.${format}`);
    await writeRecords(file, benchRows(manyRows));
    const printed = execFileSync(
      process.execPath,
      ['--import', 'tsx', `--max-old-space-size=${heapMb}`, stream, file],
      { encoding: 'utf8', cwd: path.dirname(stream) },
    );
    const read = JSON.parse(printed) as { readonly rows: number; readonly peakMb: number };
    if (read.rows !== manyRows) throw new Error(`${read.rows} of ${manyRows} rows of ${format}.`);
    streams.push({ format, mb: rounded(statSync(file).size / 1e6), heapMb, ...read });
    console.log(streams.at(-1));
    rmSync(file);
  }

  if (process.argv.includes('--record')) {
    const place = path.join(import.meta.dirname, 'results');
    mkdirSync(place, { recursive: true });
    const machine = {
      cpu: os.cpus()[0]?.model.trim() ?? 'unknown',
      cores: os.cpus().length,
      node: process.version,
    };
    const record = { formatVersion: 1, rounds, reading: results, streaming: streams, machine };
    writeFileSync(path.join(place, 'records.json'), `${JSON.stringify(record, null, 2)}\n`);
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}
