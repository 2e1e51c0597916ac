// Packs every package and asks publint and are-the-types-wrong whether what would be published can be used.
import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { lintPackages } from './lint-packages.mjs';
import { pack } from './pack.mjs';
import { build, projects, readJson } from './workspace.mjs';

if (build() !== 0) process.exit(1);

const folder = mkdtempSync(path.join(os.tmpdir(), 'limbeck-pack-'));
const names = projects(['packages']).map((project) => readJson(`${project}/package.json`).name);
const faults = await lintPackages(pack(names, folder));
rmSync(folder, { recursive: true, force: true });
for (const fault of faults) console.error(fault);
console.log(`${names.length} packages packed and checked, ${faults.length} faults.`);
process.exitCode = faults.length === 0 ? 0 : 1;
