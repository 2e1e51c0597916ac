// What `npm install @limbeck/losses` brings: the packed package installed by npm in an empty folder.
import { mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { pack } from './pack.mjs';
import { npm } from './pnpm.mjs';
import { build, projects, readJson, runNode } from './workspace.mjs';

const allowed = ['@bufbuild/protobuf', '@limbeck/core', '@limbeck/losses', '@limbeck/tensor'];
const limitBytes = 5_000_000;
const faults = [];

/** The sum of all files below a folder, in bytes. */
function bytesBelow(folder) {
  return readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile())
    .reduce((sum, entry) => sum + statSync(path.join(entry.parentPath, entry.name)).size, 0);
}

/** The names of the packages installed in a folder. */
function installed(folder) {
  const modules = path.join(folder, 'node_modules');
  return readdirSync(modules)
    .filter((name) => !name.startsWith('.'))
    .flatMap((name) =>
      name.startsWith('@')
        ? readdirSync(path.join(modules, name)).map((inner) => `${name}/${inner}`)
        : [name],
    )
    .sort((a, b) => (a < b ? -1 : 1));
}

if (build() !== 0) process.exit(1);
const folder = mkdtempSync(path.join(os.tmpdir(), 'limbeck-footprint-'));
const tarballs = pack(
  ['@limbeck/core', '@limbeck/tensor', '@limbeck/losses'],
  path.join(folder, 'tarballs'),
);
const consumer = path.join(folder, 'consumer');
// The tarballs of core and tensor stand in for the registry's.
const local = (name) => `file:${tarballs[name].replaceAll('\\', '/')}`;
mkdirSync(consumer);
writeFileSync(
  path.join(consumer, 'package.json'),
  JSON.stringify({
    private: true,
    type: 'module',
    dependencies: { '@limbeck/losses': local('@limbeck/losses') },
    overrides: {
      '@limbeck/core': local('@limbeck/core'),
      '@limbeck/tensor': local('@limbeck/tensor'),
    },
  }),
);
if (
  npm(['install', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'], {
    cwd: consumer,
  }) !== 0
) {
  faults.push('npm install failed');
} else {
  const names = installed(consumer);
  const sizeBytes = bytesBelow(path.join(consumer, 'node_modules'));
  console.log(`@limbeck/losses brings ${names.join(', ')}: ${(sizeBytes / 1e6).toFixed(2)} MB.`);
  const extra = names.filter((name) => !allowed.includes(name));
  const missing = allowed.filter((name) => !names.includes(name));
  if (extra.length > 0) faults.push(`it brings ${extra.join(', ')} as well`);
  if (missing.length > 0) faults.push(`${missing.join(', ')} did not come along`);
  if (sizeBytes >= limitBytes) faults.push(`${sizeBytes} bytes are not under ${limitBytes}`);
  const imported = runNode(
    [
      '--input-type=module',
      '--eval',
      "const all = await import('@limbeck/losses'); if (Object.keys(all).length === 0) process.exit(1);",
    ],
    { cwd: consumer },
  );
  if (imported !== 0) faults.push('what was installed cannot be imported');
}

for (const project of projects(['packages'])) {
  const { name, dependencies = {}, peerDependencies = {} } = readJson(`${project}/package.json`);
  const engines = Object.keys({ ...dependencies, ...peerDependencies }).filter((other) =>
    other.startsWith('onnxruntime-'),
  );
  if (engines.length > 0 && !['@limbeck/runtime', '@limbeck/predict'].includes(name)) {
    faults.push(`${name} names ${engines.join(', ')}: only runtime and predict may`);
  }
}

rmSync(folder, { recursive: true, force: true });
for (const fault of faults) console.error(`Footprint: ${fault}.`);
process.exitCode = faults.length === 0 ? 0 : 1;
