import { chmodSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Check } from '../../src/node/doctor/check.js';
import { checkPackages, isOlder } from '../../src/node/doctor/packages.js';
import { checkRoot } from '../../src/node/doctor/machine.js';
import { limbeck } from './terminal.js';

let cwd = '';
beforeEach(() => {
  cwd = mkdtempSync(`${os.tmpdir()}/limbeck-doctor-`);
});
afterEach(() => rmSync(cwd, { recursive: true, force: true }));

/** Puts a package of a version into the project. */
function install(name: string, version: string): void {
  const folder = path.join(cwd, 'node_modules', name);
  mkdirSync(folder, { recursive: true });
  writeFileSync(path.join(folder, 'package.json'), JSON.stringify({ name, version }));
}

describe('limbeck doctor', () => {
  test('says what is there and that the engine computes', async () => {
    const { code, out } = await limbeck(cwd, 'doctor', '--json');
    const { healthy, checks } = JSON.parse(out) as { healthy: boolean; checks: Check[] };
    const state = (name: string) => checks.find((check) => check.name === name)?.state;
    expect(state('node')).toBe('ok');
    expect(state('onnxruntime-node')).toBe('ok');
    expect(state('engine on cpu')).toBe('ok');
    expect(state('engine on coreml')).not.toBe('missing');
    expect([healthy, code]).toEqual([true, 0]);
    expect(out).not.toContain(os.hostname());
  });

  test('says what to install where an old version is', async () => {
    install('onnxruntime-node', '1.14.0');
    const { code, out, err } = await limbeck(cwd, 'doctor');
    expect(code).toBe(1);
    expect(out).toMatch(/✗ +onnxruntime-node +1\.14\.0 +.*npm install onnxruntime-node@latest/);
    expect(err).toContain('[missing-dependency]');
  });

  test('ends with 1 where runs cannot be written', async () => {
    writeFileSync(path.join(cwd, 'file'), '');
    const { code, out } = await limbeck(cwd, 'doctor', '--root', 'file/runs', '--json');
    expect(code).toBe(1);
    expect(out).toContain('cannot be written');
  });
});

describe('checkPackages', () => {
  test('finds versions from the folder up', () => {
    install('zod', '4.1.0');
    install('vega', '5.0.0');
    mkdirSync(path.join(cwd, 'packages/one'), { recursive: true });
    const checks = checkPackages(path.join(cwd, 'packages/one'));
    const of = (name: string) => checks.find((check) => check.name === name);
    expect(of('zod')).toMatchObject({ state: 'ok', found: '4.1.0' });
    expect(of('vega')).toMatchObject({ state: 'optional', found: '5.0.0' });
    expect(of('vega')?.note).toContain('npm install vega@latest');
  });

  test.each([
    ['1.9.9', '1.30.0', true],
    ['1.30.0', '1.30.0', false],
    ['2.0.0-beta.1', '1.30.0', false],
    ['1.30', '1.30.1', true],
  ])('takes %s for older than %s: %s', (version, least, older) => {
    expect(isOlder(version, least)).toBe(older);
  });
});

describe('checkRoot', () => {
  test('leaves nothing behind', async () => {
    const before = readdirSync(cwd);
    const root = path.join(cwd, '.limbeck', 'runs');
    expect(await checkRoot(root, 'runs')).toMatchObject({ name: 'runs', note: 'runs' });
    expect(readdirSync(cwd)).toEqual(before);
    mkdirSync(root, { recursive: true });
    await checkRoot(root, 'runs');
    expect(readdirSync(root)).toEqual([]);
  });

  test.runIf(process.getuid?.() !== 0)('tells a folder that is read-only', async () => {
    chmodSync(cwd, 0o555);
    expect(await checkRoot(path.join(cwd, 'runs'), 'runs')).toMatchObject({ state: 'broken' });
    chmodSync(cwd, 0o755);
  });
});
