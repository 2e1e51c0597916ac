import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, expectTypeOf, test, vi } from 'vitest';
import { defineConfig, step } from 'limbeck';
import { loadPipeline } from '../../src/node/load-pipeline.js';

let cwd = '';
beforeEach(() => {
  cwd = mkdtempSync(`${os.tmpdir()}/limbeck-config-`);
});
afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(cwd, { recursive: true, force: true });
});

/** Writes a module with a step named `one`, made without any import. */
function write(name: string, exported: string): void {
  const file = path.join(cwd, name);
  mkdirSync(path.dirname(file), { recursive: true });
  const made = `const one = (n) => ({ [Symbol.for('limbeck.step')]: true, name: n, inputs: {}, config: {}, version: '1', run: async () => n });`;
  writeFileSync(file, `${made}\nexport default ${exported};\n`);
}

describe('loadPipeline', () => {
  test('joins config, seeds and publish of layers, and takes all else from the nearest', async () => {
    write(
      'base.config.mjs',
      `{ name: 'base', steps: [one('a'), one('b')], config: { size: 'big', rate: 1 }, seeds: { data: 1 }, parallel: 3, publish: { x: 'a/x' } }`,
    );
    write(
      'limbeck.config.mjs',
      `{ extends: './base.config.mjs', name: 'mine', steps: [one('c')], config: { rate: 2 }, publish: { y: 'c/y' } }`,
    );
    const { pipeline, parallel } = await loadPipeline(cwd, undefined);
    expect(pipeline).toMatchObject({
      name: 'mine',
      config: { size: 'big', rate: 2 },
      seeds: { data: 1 },
      publish: { x: 'a/x', y: 'c/y' },
    });
    expect(pipeline.steps.map(({ name }) => name)).toEqual(['c']);
    expect(parallel).toBe(3);
    // What was loaded once is in memory: loading again must give the same.
    expect((await loadPipeline(cwd, undefined)).pipeline.config).toEqual(pipeline.config);
  });

  test('goes up through folders and packages', async () => {
    write('node_modules/preset/limbeck.config.mjs', `{ config: { far: 1, near: 1 } }`);
    writeFileSync(
      path.join(cwd, 'node_modules/preset/package.json'),
      '{"name": "preset", "exports": {"import": "./limbeck.config.mjs"}}',
    );
    write('shared/limbeck.config.mjs', `{ config: { near: 2, own: 2 }, extends: 'preset' }`);
    write(
      'limbeck.config.mjs',
      `{ name: 'x', steps: [one('a')], config: { own: 3 }, extends: ['./shared'] }`,
    );
    const { pipeline } = await loadPipeline(cwd, undefined);
    expect(pipeline.config).toEqual({ far: 1, near: 2, own: 3 });
  });

  test('lets the environment set what it names', async () => {
    write(
      'limbeck.config.mjs',
      `{ name: 'x', steps: [one('a')], config: { size: 'big' }, $env: { ci: { config: { size: 'small' }, root: 'ci-runs' } }, $test: { parallel: 2 } }`,
    );
    vi.stubEnv('LIMBECK_ENV', 'ci');
    const ci = await loadPipeline(cwd, undefined);
    expect(ci.pipeline.config).toEqual({ size: 'small' });
    expect(ci.root).toBe(path.join(cwd, 'ci-runs'));
    expect(ci.parallel).toBeUndefined();
    vi.stubEnv('LIMBECK_ENV', 'test');
    const tested = await loadPipeline(cwd, undefined);
    expect(tested.pipeline.config).toEqual({ size: 'big' });
    expect(tested.parallel).toBe(2);
    expect(Object.keys(tested.pipeline).some((key) => key.startsWith('$'))).toBe(false);
  });

  test('takes a function, and an export called pipeline', async () => {
    write('limbeck.config.mjs', `async () => ({ name: 'made', steps: [one('a')] })`);
    expect((await loadPipeline(cwd, undefined)).pipeline.name).toBe('made');
    writeFileSync(
      path.join(cwd, 'named.mjs'),
      `export const pipeline = { name: 'named', steps: [] };`,
    );
    expect((await loadPipeline(cwd, 'named.mjs')).pipeline.name).toBe('named');
  });

  test.each([
    ['./absent.config.mjs', 'data-missing'],
    ['absent-package', 'data-missing'],
    ['github:someone/else', 'invalid-option'],
    ['https://example.com/config.mjs', 'invalid-option'],
  ])('refuses to extend %s', async (source, code) => {
    write('limbeck.config.mjs', `{ name: 'x', steps: [one('a')], extends: '${source}' }`);
    await expect(loadPipeline(cwd, undefined)).rejects.toMatchObject({ code });
    expect(existsSync(path.join(cwd, 'node_modules'))).toBe(false);
    expect(readdirSync(cwd)).toEqual(['limbeck.config.mjs']);
  });

  test('reads nothing but the files named', async () => {
    writeFileSync(path.join(cwd, '.limbeckrc'), 'name=rc');
    writeFileSync(path.join(cwd, '.env'), 'LIMBECK_FROM_DOTENV=1');
    writeFileSync(path.join(cwd, 'package.json'), '{"limbeck": {"name": "manifest"}}');
    write('limbeck.config.mjs', `{ steps: [one('a')] }`);
    await expect(loadPipeline(cwd, undefined)).rejects.toMatchObject({ code: 'invalid-data' });
    expect(process.env['LIMBECK_FROM_DOTENV']).toBeUndefined();
  });
});

describe('defineConfig', () => {
  test('keeps the types of the steps', () => {
    const one = step('one', { version: '1', run: async () => 1 });
    const config = defineConfig({ name: 'x', steps: [one], $env: { ci: { parallel: 2 } } });
    expectTypeOf(config.steps?.[0]).toEqualTypeOf<typeof one | undefined>();
    // @ts-expect-error: no such setting.
    defineConfig({ name: 'x', paralel: 2 });
  });
});
