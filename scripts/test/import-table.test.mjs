import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { root } from '../workspace.mjs';

/** Files, and the rule that each breaks; those called ok break none. */
const planted = {
  'packages/losses/src/upward.ts': ["import '@limbeck/train';", 'arrows-of-losses'],
  'packages/losses/src/sideways.ts': ["import '@limbeck/nn';", 'arrows-of-losses'],
  'packages/losses/src/disk.ts': ["import 'node:fs';", 'no-node-outside-src-node'],
  'packages/losses/src/engine.ts': ["import 'onnxruntime-node';", 'one-engine'],
  'packages/losses/src/by-path.ts': ["import '../../core/src/index.js';", 'by-name'],
  'packages/losses/src/testing.ts': ["import '@limbeck/testing';", 'no-testing-in-src'],
  'packages/losses/src/circle-a.ts': ["import './circle-b.js';", 'no-cycles'],
  'packages/train/src/back-door.ts': [
    "import '@limbeck/data/node';",
    'no-src-node-from-the-front-door',
  ],
  'packages/tensor/test/testing.test.ts': ["import '@limbeck/testing';", 'test-arrows-of-tensor'],
  'examples/demo/by-path.ts': ["import '../../packages/losses/src/index.js';", 'examples-by-name'],
  'packages/losses/src/ok.ts': ["import '@limbeck/core';\nimport '@limbeck/tensor';", undefined],
  'packages/losses/test/ok.test.ts': ["import '@limbeck/testing';\nimport 'node:fs';", undefined],
  'packages/train/src/node/ok.ts': ["import '@limbeck/data/node';\nimport 'node:fs';", undefined],
};

let folder;
let violations;

beforeAll(() => {
  folder = mkdtempSync(path.join(os.tmpdir(), 'limbeck-arrows-'));
  const write = (file, text) => {
    mkdirSync(path.dirname(path.join(folder, file)), { recursive: true });
    writeFileSync(path.join(folder, file), text);
  };
  for (const file of ['.dependency-cruiser.cjs', 'tsconfig.base.json']) {
    cpSync(path.join(root, file), path.join(folder, file));
  }
  const names = ['core', 'tensor', 'nn', 'losses', 'data', 'runtime', 'testing', 'train'];
  for (const name of names) {
    const entry = (file) => ({ '@limbeck/source': `./src/${file}` });
    write(
      `packages/${name}/package.json`,
      JSON.stringify({
        name: `@limbeck/${name}`,
        type: 'module',
        exports: { '.': entry('index.ts'), './node': entry('node/index.ts') },
        dependencies: Object.fromEntries(names.map((other) => [`@limbeck/${other}`, '*'])),
      }),
    );
    write(`packages/${name}/src/index.ts`, 'export {};');
    write(`packages/${name}/src/node/index.ts`, 'export {};');
  }
  mkdirSync(path.join(folder, 'node_modules', '@limbeck'), { recursive: true });
  for (const name of names) {
    symlinkSync(
      path.join(folder, 'packages', name),
      path.join(folder, 'node_modules', '@limbeck', name),
      'junction',
    );
  }
  write('packages/losses/src/circle-b.ts', "import './circle-a.js';");
  for (const [file, [text]] of Object.entries(planted)) write(file, text);
  const cruise = path.join(root, 'node_modules/dependency-cruiser/bin/dependency-cruise.mjs');
  const { stdout, stderr } = spawnSync(
    process.execPath,
    [cruise, '--config', '.dependency-cruiser.cjs', '-T', 'json', 'packages', 'examples'],
    { cwd: folder, encoding: 'utf8', maxBuffer: 1e8 },
  );
  if (stdout === '') throw new Error(stderr);
  violations = JSON.parse(stdout).summary.violations.map(({ from, rule }) => [from, rule.name]);
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

test.each(Object.entries(planted).map(([file, [, rule]]) => [file, rule]))(
  'answers %s with %s',
  (file, rule) => {
    const found = violations.filter(([from]) => from === file).map(([, name]) => name);
    if (rule === undefined) expect(found).toEqual([]);
    else expect(found).toContain(rule);
  },
);
