// Does the README's section "In your project" with packages as they would be published: packed, installed by npm in an
// empty folder, and run. onnxruntime-node is linked from the workspace, which spares its download.
import { mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { blocksOf } from './code-blocks.mjs';
import { pack } from './pack.mjs';
import { npm } from './pnpm.mjs';
import { build, projects, readJson, root, runNode } from './workspace.mjs';

const [block] = blocksOf('README.md', readFileSync(path.join(root, 'README.md'), 'utf8'));
if (block === undefined || build() !== 0) process.exit(1);

const folder = mkdtempSync(path.join(os.tmpdir(), 'limbeck-install-'));
const consumer = path.join(folder, 'consumer');
mkdirSync(consumer);
const names = projects(['packages']).map((project) => readJson(`${project}/package.json`).name);
const tarballs = pack(names, path.join(folder, 'tarballs'));
const file = (target) => `file:${target.replaceAll('\\', '/')}`;
const ours = Object.fromEntries(names.map((name) => [name, file(tarballs[name])]));
const used = names.filter((name) => block.code.includes(`'${name}`));
const engine = file(
  realpathSync(path.join(root, 'packages/runtime/node_modules/onnxruntime-node')),
);
writeFileSync(
  path.join(consumer, 'package.json'),
  JSON.stringify({
    private: true,
    type: 'module',
    dependencies: {
      ...Object.fromEntries(used.map((name) => [name, ours[name]])),
      'onnxruntime-node': engine,
    },
    overrides: Object.fromEntries(Object.entries(ours).filter(([name]) => !used.includes(name))),
  }),
);
writeFileSync(path.join(consumer, 'main.mts'), block.code);
const options = { cwd: consumer };
const status =
  npm(['install', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'], options) ||
  runNode([path.join(root, 'node_modules', 'tsx', 'dist', 'cli.mjs'), 'main.mts'], options);
rmSync(folder, { recursive: true, force: true });
console.log(`In an empty folder the README's example ${status === 0 ? 'runs' : 'fails'}.`);
process.exitCode = status;
