// Writes rows, or works on those that were written, and prints what that took.
import path from 'node:path';
import { openTable, type Table, writeJsonl } from '@limbeck/data/node';

interface Text {
  readonly id: number;
  readonly author: number;
  readonly text: string;
}

const [what, folder] = process.argv.slice(2) as [string, string];
const authors = 1000;
const file = (name: string): string => path.join(folder, name);

function* texts(count: number): Generator<Text> {
  for (let id = 0; id < count; id++) {
    const words = `word${(id * 7919) % 5003} word${(id * 104_729) % 7001} word${id % 997}`;
    yield { id, author: id % authors, text: `Text number ${id}: ${words}, and so on.` };
  }
}

async function write(count: number): Promise<void> {
  await writeJsonl(file('texts.jsonl'), texts(count));
  const known = Array.from({ length: authors / 2 }, (_, i) => ({ author: i * 2, name: `a ${i}` }));
  await writeJsonl(file('authors.jsonl'), known);
  const table = await openTable(file('texts.jsonl'));
  await table.write(file('texts.parquet'));
  await table.dispose();
}

async function first(table: Table<Text>): Promise<string> {
  const ids: number[] = [];
  for await (const row of table.rows()) if (ids.push(row.id) === 1000) break;
  return ids.join();
}

async function measure(): Promise<void> {
  const start = performance.now();
  const all = await openTable<Text>(file('texts.parquet'));
  const known = await openTable<{ author: number; name: string }>(file('authors.jsonl'));
  const rows = await all.count();
  // Every second author is known; of every ten rows nine are kept.
  const kept = all.filter({ not: ['text', 'contains', '0: '] }).join(known, { on: 'author' });
  const shuffled = kept.shuffle(7);
  await shuffled.write(file('shuffled.parquet'));
  const again = await openTable<Text>(file('shuffled.parquet'));
  let read = 0;
  let order = '';
  for await (const row of again.rows())
    if (read++ < 1000) order += order === '' ? row.id : `,${row.id}`;
  const sampled = await all.sample({ rows: Math.min(rows / 10, 100_000) }, 3).count();
  const repeated = (await first(shuffled)) === order;
  for (const table of [all, known, again]) await table.dispose();
  let expected = 0;
  for (let id = 0; id < rows; id++) if ((id % authors) % 2 === 0 && id % 10 !== 0) expected++;
  console.log(
    JSON.stringify({
      rows,
      kept: read,
      expected,
      sampled,
      repeated,
      // Node gives kilobytes on every system.
      peakMb: Math.round(process.resourceUsage().maxRSS / 1024),
      seconds: Math.round((performance.now() - start) / 100) / 10,
    }),
  );
}

if (what === 'write') await write(Number(process.argv[4]));
else await measure();
