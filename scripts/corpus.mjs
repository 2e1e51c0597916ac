// `npm run corpus`: installs what examples/code-language needs, then prints the languages of its corpus, their packages
// and windows, and what was dropped; fails below the bar.
import { createRequire } from 'node:module';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { install } from './install.mjs';
import { root, runNode } from './workspace.mjs';

const example = 'code-language';
const folder = path.join(root, 'examples', example);

install(example);
const tsx = createRequire(path.join(folder, 'package.json')).resolve('tsx');
process.exitCode = runNode([
  '--conditions=@limbeck/source',
  '--import',
  pathToFileURL(tsx).href,
  path.join(folder, 'src', 'corpus', 'main.ts'),
]);
