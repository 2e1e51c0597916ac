import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { deflateRawSync, gzipSync } from 'node:zlib';
import { writeParquet } from '@limbeck/data/node';
import { duckdb, everything } from '../parquet/duckdb.js';

/** The formats whose files are damaged. */
export type Damaged = 'parquet' | 'gzip' | 'csv' | 'json';

const csv = `id,text,label\n${Array.from({ length: 60 }, (_, i) => `${i},"text, ""${i}""\nüber ${i}",${i % 3}`).join('\r\n')}\n`;
const rows = Array.from({ length: 60 }, (_, id) => ({
  id,
  text: `text "${id}" \\ ü [`,
  deep: [[id], { a: [null, true, -1.5e3] }],
}));

/** Whole files of a format, to be damaged. */
export async function samples(format: Damaged): Promise<readonly Uint8Array[]> {
  if (format === 'csv') return [Buffer.from(csv), Buffer.from(csv.replaceAll('"', ''))];
  const json = Buffer.from(JSON.stringify(rows, undefined, 1));
  const lines = Buffer.from(rows.map((row) => JSON.stringify(row)).join('\n'));
  if (format === 'json') return [json, lines];
  if (format === 'gzip') return [gzipSync(csv), gzipSync(lines, { level: 1 }), stored(json)];
  return parquetFiles();
}

/** Gzip of two members, whose second one is as it is. */
function stored(bytes: Uint8Array): Uint8Array {
  const member = gzipSync(bytes.subarray(0, 200), { level: 0 });
  return Buffer.concat([gzipSync(bytes.subarray(0, 100)), member, deflateRawSync('x')]);
}

async function parquetFiles(): Promise<readonly Uint8Array[]> {
  const folder = mkdtempSync(join(tmpdir(), 'samples-'));
  try {
    const paths: string[] = [];
    for (const [i, more] of [
      "CODEC 'snappy'",
      "CODEC 'zstd'",
      "CODEC 'gzip'",
      "CODEC 'lz4_raw'",
      "CODEC 'brotli'",
      "CODEC 'uncompressed', PARQUET_VERSION v2",
    ].entries()) {
      const path = join(folder, `${i}.parquet`);
      await duckdb(
        `COPY (${everything.replace('ROWS', '150')}) TO '${path}' (FORMAT parquet, ${more})`,
      );
      paths.push(path);
    }
    const ours = join(folder, 'ours.parquet');
    await writeParquet(ours, rows, {
      schema: { id: 'int32', text: 'string', deep: 'json' },
      groupRows: 20,
    });
    return [...paths, ours].map((path) => readFileSync(path));
  } finally {
    rmSync(folder, { recursive: true });
  }
}
