import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { startCli } from './cli.js';
import { limbeck } from './terminal.js';

const workspace = fileURLToPath(new URL('../../../..', import.meta.url));
let cwd = '';
beforeEach(() => {
  cwd = mkdtempSync(`${os.tmpdir()}/limbeck-init-`);
});
afterEach(() => rmSync(cwd, { recursive: true, force: true }));

const read = (name: string): string => readFileSync(path.join(cwd, name), 'utf8');

/** What `npm install` would bring: links to this workspace. */
function linkPackages(folder: string): void {
  const { dependencies } = JSON.parse(readFileSync(path.join(folder, 'package.json'), 'utf8')) as {
    dependencies: { [name: string]: string };
  };
  for (const name of Object.keys(dependencies)) {
    const place = path.join(folder, 'node_modules', name);
    mkdirSync(path.dirname(place), { recursive: true });
    const own = ['packages', name.replace('@limbeck/', '')];
    const found = name.includes('limbeck') ? own : ['node_modules', name];
    symlinkSync(path.join(workspace, ...found), place);
  }
}

describe('limbeck init', () => {
  test('writes a project that runs, and says what to do', async () => {
    const { code, out, err } = await limbeck(cwd, 'init', 'spam');
    expect(code).toBe(0);
    expect(out.split('\n').map((line) => path.basename(line))).toEqual([
      'package.json',
      'limbeck.config.ts',
      'steps.ts',
      'messages.csv',
      'tsconfig.json',
      '.gitignore',
    ]);
    expect(err).toBe('Now: cd spam && npm install && npm start');
    const folder = path.join(cwd, 'spam');
    linkPackages(folder);
    const ran = await startCli(folder, ['run', '--json']).ended;
    expect(ran.code, ran.err).toBe(0);
    const { folder: run } = JSON.parse(ran.out) as { folder: string };
    const measured = JSON.parse(readFileSync(path.join(run, 'measured.json'), 'utf8')) as {
      [name: string]: { value: number };
    };
    expect(measured['student']?.value).toBeGreaterThan(0.6);
    expect(existsSync(path.join(run, 'student/onnx/model.onnx'))).toBe(true);
    const again = await startCli(folder, ['run', '--why']).ended;
    expect(again.out).toMatch(/^step .*\nmessages .*\n[^]*teacher [^]*student [^]*measured /);
  }, 120_000);

  test('writes the other template', async () => {
    const { out } = await limbeck(cwd, 'init', '--template', 'distil', '--json');
    expect(JSON.parse(out)).toMatchObject({
      template: 'distil',
      files: ['package.json', 'distil.mjs', 'messages.csv', '.gitignore'],
      next: ['npm install', 'npm start'],
    });
    expect(read('distil.mjs')).toContain("import { distil } from 'limbeck';");
    expect(JSON.parse(read('package.json'))).toMatchObject({
      scripts: { start: 'node distil.mjs' },
    });
  });

  test('keeps what a package.json says', async () => {
    const before = {
      name: 'mine',
      scripts: { start: 'vite' },
      dependencies: { limbeck: '^9.0.0' },
      devDependencies: { 'onnxruntime-node': '1.31.0' },
    };
    writeFileSync(path.join(cwd, 'package.json'), JSON.stringify(before));
    writeFileSync(path.join(cwd, '.gitignore'), 'dist/\nnode_modules/');
    const { code, err } = await limbeck(cwd, 'init');
    expect(code, err).toBe(0);
    expect(err).toBe('Now: npm install && npx limbeck run');
    expect(read('.gitignore')).toBe('dist/\nnode_modules/\n.limbeck/\n');
    const after = JSON.parse(read('package.json')) as typeof before;
    expect(after).toMatchObject(before);
    // As a module's, or private, it would no longer be what it was.
    expect(Object.keys(after).toSorted()).toEqual(Object.keys(before).toSorted());
    expect(after.scripts).toMatchObject({ why: 'limbeck run --why' });
    expect(Object.keys(after.dependencies)).toContain('@limbeck/train');
    expect(Object.keys(after.dependencies)).not.toContain('onnxruntime-node');
  });

  test('writes over nothing unless it must', async () => {
    writeFileSync(path.join(cwd, 'steps.ts'), 'mine');
    const { code, err } = await limbeck(cwd, 'init');
    expect(code).toBe(1);
    expect(err).toContain('[duplicate-name]');
    expect(err).toContain('steps.ts');
    expect(readdirSync(cwd)).toEqual(['steps.ts']);
    expect((await limbeck(cwd, 'init', '--force')).code).toBe(0);
    expect(read('steps.ts')).toContain('trainStudent');
  });

  test('refuses a package.json that is none, and templates that are none', async () => {
    writeFileSync(path.join(cwd, 'package.json'), '{"name"');
    expect((await limbeck(cwd, 'init')).err).toContain('[corrupt-file]');
    writeFileSync(path.join(cwd, 'package.json'), '["name"]');
    expect((await limbeck(cwd, 'init')).err).toContain('[corrupt-file]');
    expect(readdirSync(cwd)).toEqual(['package.json']);
    expect((await limbeck(cwd, 'init', '--template', 'vue')).code).toBe(2);
  });
});
