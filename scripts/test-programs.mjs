// `pnpm test:programs`: the small training programs of packages/train/test/programs. Each runs with its idea and without, in three
// seeds, and must beat its floor; each is killed with SIGKILL at random moments, resumed, and must end with the same bits.
// The last line is `N programs, resumed N/N equal`.
//
//   pnpm test:programs
//   pnpm test:programs --times 20          kills each twenty times
//   pnpm test:programs --seeds 1           one seed against the floors; 0: none
//   pnpm test:programs --only tgeo-kd
//   pnpm test:programs --write             writes benchmarks/programs/results and RESULTS.md
import { createRequire } from 'node:module';
import path from 'node:path';
import { install } from './install.mjs';
import { build, root, runNode } from './workspace.mjs';

install();
process.exitCode =
  build() ||
  runNode([
    createRequire(path.join(root, 'package.json')).resolve('tsx/cli'),
    path.join(root, 'packages', 'train', 'scripts', 'programs.ts'),
    ...process.argv.slice(2),
  ]);
