// Tables beyond memory: five million rows filtered, joined, shuffled, written and read back by a process whose heap may take
// 256 MB, and how much memory it held at most. With --record the result is kept in results/duckdb.json.
import { mkdirSync, writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { measureTable, writeRows } from './duckdb/measure.js';

const rows = 5_000_000;
const mostMb = 500;
const folder = await mkdtemp(path.join(os.tmpdir(), 'limbeck-rows-'));
try {
  await writeRows(folder, rows);
  const measured = await measureTable(folder);
  const { kept, expected, peakMb, seconds, repeated } = measured;
  console.log(`${rows} rows, ${kept} kept and shuffled: at most ${peakMb} MB, ${seconds} s.`);
  if (kept !== expected || !repeated) throw new Error('Rows were lost, or the order differed.');
  if (peakMb > mostMb) throw new Error(`That is more than ${mostMb} MB.`);
  if (process.argv.includes('--record')) {
    const results = path.join(import.meta.dirname, 'results');
    mkdirSync(results, { recursive: true });
    const machine = { cpu: os.cpus()[0]?.model ?? 'unknown', cores: os.cpus().length };
    const record = {
      formatVersion: 1,
      ...measured,
      mostMb,
      heapMb: 256,
      machine: { ...machine, node: process.version },
    };
    writeFileSync(path.join(results, 'duckdb.json'), `${JSON.stringify(record, null, 2)}\n`);
  }
} finally {
  await rm(folder, { recursive: true, force: true });
}
