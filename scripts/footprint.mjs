// What `npm install` of our smallest packages brings: the packed packages, installed by npm in empty folders and used there.
import { mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { pack } from './pack.mjs';
import { npm } from './pnpm.mjs';
import { tinyStudent } from './tiny-student.mjs';
import { build, projects, readJson, runNode } from './workspace.mjs';

/** Imports a package, and fails where it is empty. */
const imports = (name) =>
  `if (Object.keys(await import('${name}')).length === 0) throw new Error('nothing in ${name}');`;

/** The student is written and asked without native code. */
const predicts = `
${tinyStudent}
  const student = await loadStudent({ config, model: bytes });
  const labels = (await student.predict(['aab', 'abb'])).map(({ label }) => label);
  if (student.engine !== 'plain' || labels.join() !== 'a,others') throw new Error(labels.join());
  console.log('Without native code it answers', labels.join(' and ') + '.');
`;

/** What is installed, all that may come along, the most bytes, and what is then run. */
const installs = [
  {
    names: ['@limbeck/losses'],
    brings: ['@bufbuild/protobuf', '@limbeck/core', '@limbeck/losses', '@limbeck/tensor'],
    limitBytes: 5_000_000,
    code: imports('@limbeck/losses'),
  },
  {
    names: ['@limbeck/predict'],
    brings: ['@limbeck/core', '@limbeck/predict'],
    limitBytes: 1_000_000,
    code: imports('@limbeck/predict') + imports('@limbeck/predict/node'),
  },
  {
    names: ['@limbeck/predict', '@limbeck/tensor'],
    brings: ['@bufbuild/protobuf', '@limbeck/core', '@limbeck/predict', '@limbeck/tensor'],
    limitBytes: 5_000_000,
    code: predicts,
  },
];
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

/** Installs packages in an empty folder and says what came; faults are noted. */
function check({ names, brings, limitBytes, code }, tarballs, consumer) {
  const what = names.join(' with ');
  // The other tarballs stand in for the registry's.
  const local = (name) => `file:${tarballs[name].replaceAll('\\', '/')}`;
  const entries = (some) => Object.fromEntries(some.map((name) => [name, local(name)]));
  mkdirSync(consumer);
  writeFileSync(
    path.join(consumer, 'package.json'),
    JSON.stringify({
      private: true,
      type: 'module',
      dependencies: entries(names),
      overrides: entries(Object.keys(tarballs).filter((name) => !names.includes(name))),
    }),
  );
  const quiet = ['--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'];
  if (npm(['install', ...quiet], { cwd: consumer }) !== 0) {
    faults.push(`npm install of ${what} failed`);
    return;
  }
  const modules = path.join(consumer, 'node_modules');
  const found = installed(consumer);
  const sizeBytes = bytesBelow(modules);
  console.log(`${what} brings ${found.join(', ')}: ${(sizeBytes / 1e6).toFixed(2)} MB.`);
  const extra = found.filter((name) => !brings.includes(name));
  const missing = brings.filter((name) => !found.includes(name));
  const native = readdirSync(modules, { recursive: true }).filter((file) =>
    /\.(node|wasm|so|dll|dylib)$/.test(file),
  );
  if (extra.length > 0) faults.push(`${what} brings ${extra.join(', ')} as well`);
  if (missing.length > 0) faults.push(`${missing.join(', ')} did not come along with ${what}`);
  if (native.length > 0) faults.push(`${what} brings native code: ${native.join(', ')}`);
  if (sizeBytes >= limitBytes)
    faults.push(`${what}: ${sizeBytes} bytes are not under ${limitBytes}`);
  if (runNode(['--input-type=module', '--eval', code], { cwd: consumer }) !== 0) {
    faults.push(`${what} does not work as it was installed`);
  }
}

if (build() !== 0) process.exit(1);
const folder = mkdtempSync(path.join(os.tmpdir(), 'limbeck-footprint-'));
const packed = ['core', 'losses', 'predict', 'tensor'].map((name) => `@limbeck/${name}`);
const tarballs = pack(packed, path.join(folder, 'tarballs'));
for (const [i, each] of installs.entries()) {
  check(each, tarballs, path.join(folder, `consumer-${i}`));
}

for (const project of projects(['packages'])) {
  const { name, dependencies = {}, peerDependencies = {} } = readJson(`${project}/package.json`);
  const engines = Object.keys({ ...dependencies, ...peerDependencies }).filter((other) =>
    other.startsWith('onnxruntime-'),
  );
  // limbeck trains and measures: as an optional peer the engine brings nothing, and npm tells of one that is too old.
  if (engines.length > 0 && !['@limbeck/runtime', '@limbeck/predict', 'limbeck'].includes(name)) {
    faults.push(`${name} names ${engines.join(', ')}: only runtime, predict and limbeck may`);
  }
}

rmSync(folder, { recursive: true, force: true });
for (const fault of faults) console.error(`Footprint: ${fault}.`);
process.exitCode = faults.length === 0 ? 0 : 1;
