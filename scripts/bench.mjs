// Runs every bench/*.bench.ts of the package in the current folder, one after another, in plain Node.
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const folder = path.resolve('bench');
const tsx = fileURLToPath(import.meta.resolve('tsx/cli'));
const files = existsSync(folder)
  ? readdirSync(folder)
      .filter((f) => f.endsWith('.bench.ts'))
      .sort()
  : [];
for (const file of files) {
  console.log(`\n${file}`);
  const { status } = spawnSync(
    process.execPath,
    [tsx, path.join(folder, file), ...process.argv.slice(2)],
    {
      stdio: 'inherit',
    },
  );
  if (status !== 0) process.exit(status ?? 1);
}
