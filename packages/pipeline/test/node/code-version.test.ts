import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { step } from '@limbeck/pipeline';
import { codeVersion } from '@limbeck/pipeline/node';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { codesOf } from '../../src/node/identity-of.js';

let root = '';
beforeEach(() => {
  root = realpathSync(mkdtempSync(path.join(os.tmpdir(), 'limbeck-code-')));
  write('package.json', '{"name":"app","version":"1.0.0"}');
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

function write(name: string, text: string): void {
  const file = path.join(root, name);
  mkdirSync(path.dirname(file), { recursive: true });
  writeFileSync(file, text);
}

const versionOf = (name: string) => codeVersion(pathToFileURL(path.join(root, name)).href);

describe('codeVersion', () => {
  test('walks imports, re-exports, dynamic imports and worker URLs, and nothing else', () => {
    write(
      'step.ts',
      `import { a } from './a.js';\nimport './side.ts';\nconst later = import("./later.js");\nnew Worker(new URL('./worker.ts', import.meta.url));\nimport table from './table.json' with { type: 'json' };`,
    );
    write('a.ts', `export * from './deep/b.js';\nimport { type T, t } from './types.js';`);
    write('deep/b.ts', `import { a } from '../a.js'; // a cycle`);
    write('types.d.ts', '');
    write('types.ts', '');
    for (const name of ['side.ts', 'later.ts', 'worker.ts', 'table.json', 'unrelated.ts'])
      write(name, '1');
    expect(Object.keys(versionOf('step.ts').files)).toEqual([
      'app/a.ts',
      'app/deep/b.ts',
      'app/later.ts',
      'app/side.ts',
      'app/step.ts',
      'app/table.json',
      'app/types.ts',
      'app/worker.ts',
    ]);
  });

  test('passes over what is imported for its types alone', () => {
    write(
      'step.ts',
      `import type { A } from './types.js';\nexport type { B,\n C } from './types.js';\nimport type D from './types.js';
import type * as E from './types.js';\nexport type * from './types.js';\nexport type F = 1;\nimport { a } from './a.js';`,
    );
    write('types.ts', '');
    write('a.ts', '');
    expect(Object.keys(versionOf('step.ts').files)).toEqual(['app/a.ts', 'app/step.ts']);
  });

  test('changes with a module far down, and only that file', () => {
    write('step.ts', `import './a.js';`);
    write('a.ts', `import './b.js';`);
    write('b.ts', 'export const b = 1;');
    const before = versionOf('step.ts').files;
    write('b.ts', 'export const b = 22;');
    const after = versionOf('step.ts').files;
    expect(after['app/b.ts']).not.toBe(before['app/b.ts']);
    expect({ ...after, 'app/b.ts': '' }).toEqual({ ...before, 'app/b.ts': '' });
  });

  test('gives each of several modules all that it reaches, what they share among it', () => {
    write('one.ts', `import './shared.js';`);
    write('two.ts', `import './shared.js';\nimport './one.js';`);
    write('shared.ts', `import './deep.js';`);
    write('deep.ts', '');
    const url = (name: string): string => pathToFileURL(path.join(root, name)).href;
    const run = async () => null;
    const codes = codesOf([
      step('first', { module: url('one.ts'), run }),
      step('second', { module: url('two.ts'), run }),
      step('third', { module: url('one.ts'), run }),
    ]);
    for (const [name, module] of [
      ['first', 'one.ts'],
      ['second', 'two.ts'],
      ['third', 'one.ts'],
    ] as const) {
      expect(codes.get(name)).toEqual(versionOf(module));
    }
  });

  test('knows an installed package by its version, however it is imported', () => {
    write(
      'step.ts',
      `import x from 'left-pad/sub.js';\nimport y from "@scope/tool";\nimport fs from 'node:fs';\nimport path from 'path';`,
    );
    write('node_modules/left-pad/package.json', '{"name":"left-pad","version":"1.2.3"}');
    write('node_modules/@scope/tool/package.json', '{"name":"@scope/tool","version":"4.5.6"}');
    const { files, packages } = versionOf('step.ts');
    expect(packages).toEqual({ '@scope/tool': '4.5.6', 'left-pad': '1.2.3' });
    expect(Object.keys(files)).toEqual(['app/step.ts']);
  });

  test('walks a linked package like the project, through its exports, and from its sources if it is not built', () => {
    write('app/package.json', '{"name":"app","version":"0.0.0"}');
    write('app/step.ts', `import 'built';\nimport 'unbuilt';`);
    write(
      'built/package.json',
      '{"name":"built","version":"0.0.0","exports":{".":"./dist/index.js"}}',
    );
    write('built/dist/index.js', `export * from './part.js';`);
    write('built/dist/part.js', '');
    write(
      'unbuilt/package.json',
      '{"name":"unbuilt","version":"0.0.0","exports":{".":"./dist/index.js"}}',
    );
    write('unbuilt/src/index.ts', '');
    mkdirSync(path.join(root, 'app/node_modules'), { recursive: true });
    for (const name of ['built', 'unbuilt']) {
      symlinkSync(path.join(root, name), path.join(root, 'app/node_modules', name), 'junction');
    }
    const { files, packages } = versionOf('app/step.ts');
    expect(Object.keys(files)).toEqual([
      'app/step.ts',
      'built/dist/index.js',
      'built/dist/part.js',
      'unbuilt/src/index.ts',
    ]);
    expect(packages).toEqual({});
  });

  test('names no folder of the machine', () => {
    write('step.ts', '');
    expect(JSON.stringify(versionOf('step.ts'))).not.toContain(path.basename(root));
  });

  test('refuses what is no file', () => {
    for (const module of ['./step.ts', 'file:///nowhere/step.ts', 'https://example.org/step.js']) {
      expect(() => codeVersion(module)).toThrow(
        expect.objectContaining({ code: 'invalid-option' }),
      );
    }
  });
});
