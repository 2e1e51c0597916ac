import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { startCli } from './cli.js';
import { limbeck } from './terminal.js';

let cwd = '';
beforeEach(() => {
  cwd = mkdtempSync(`${os.tmpdir()}/limbeck-cli-`);
});
afterEach(() => rmSync(cwd, { recursive: true, force: true }));

describe('limbeck', () => {
  test('shows what it can do', async () => {
    for (const args of [[], ['--help'], ['-h']]) {
      const { code, out } = await limbeck(cwd, ...args);
      expect(code).toBe(0);
      for (const name of ['run', 'resume', 'report', 'new']) expect(out).toContain(name);
    }
  });

  test('shows how a command is called', async () => {
    const { code, out } = await limbeck(cwd, 'run', '--help');
    expect(code).toBe(0);
    expect(out).toContain('limbeck run');
    expect(out).toContain('--root');
    expect((await limbeck(cwd, 'new', 'loss', '--help')).out).toContain('NAME');
  });

  test('shows a call worth copying for every command', async () => {
    const calls = (await limbeck(cwd, '--help')).out.match(/limbeck ((?:[a-z]+\|)+[a-z]+)/)?.[1];
    const names = calls?.split('|') ?? [];
    expect(names).toEqual(expect.arrayContaining(['init', 'distil', 'eval', 'quantize', 'doctor']));
    for (const name of names) {
      const { code, out } = await limbeck(cwd, name, '--help');
      expect(code).toBe(0);
      expect(out, name).toMatch(/EXAMPLES\n\n.*\blimbeck .*# /);
    }
  });

  test('shows its version', async () => {
    expect((await limbeck(cwd, '--version')).out).toMatch(/^\d+\.\d+\.\d+/);
  });

  test('asks for more where a group stands alone', async () => {
    const { code, out } = await limbeck(cwd, 'new');
    expect(code).toBe(2);
    expect(out).toContain('loss');
  });

  test.each([
    [['rnu'], 'Did you mean limbeck run?'],
    [['new', 'los'], 'Did you mean limbeck new loss?'],
    [['train'], 'Run limbeck --help'],
    [['constructor'], 'Run limbeck --help'],
  ])('refuses the command %j', async (args, next) => {
    const { code, err } = await limbeck(cwd, ...args);
    expect(code).toBe(2);
    expect(err).toContain('[unknown-command]');
    expect(err).toContain(next);
  });

  test.each([
    [['run', '--rot', 'x'], 'Did you mean --root?'],
    [['run', '--root'], '--root without a value'],
    [['run', 'a.ts', 'b.ts'], 'one argument too many'],
    [['new', 'loss'], 'no name'],
    [['resume', '-x'], 'the option -x'],
    [['quantize'], 'no model'],
    [['eval', 'student'], 'no data'],
    [['gc', '--kep', '2'], 'Did you mean --keep?'],
    [['run', '-why'], 'Did you mean --why?'],
    [['run', '--why=no'], '--why=no, which takes no value'],
    [['gc', '--keep', '1', '--keep=2'], '--keep twice'],
    [['distil', 'a.csv', '--text', '--label', 'kind'], '--text without a value'],
    [['run', '--no-root'], 'the option --no-root'],
    [['--vresion'], 'the option --vresion'],
    [['new', '--force'], 'the option --force'],
    [['run', '--port', '4750'], '--port without --watch'],
    [['distil', 'a.csv', '--port', '4750'], '--port without --watch'],
    [['report', '--out', 'page.html'], '--out without --compare'],
  ])('refuses the arguments %j', async (args, text) => {
    const { code, err } = await limbeck(cwd, ...args);
    expect(code).toBe(2);
    expect(err).toContain('[invalid-option]');
    expect(err).toContain(text);
  });

  test('writes help without colours where no terminal reads it', async () => {
    const env = { NO_COLOR: '', TEST: '', CI: '', TERM: 'xterm' };
    const { code, out } = await startCli(cwd, ['--help'], { env }).ended;
    expect(code).toBe(0);
    expect(out).toContain('USAGE');
    expect(out).not.toContain('\u001B[');
  });

  test('ends as it would have where nobody reads on', async () => {
    const { process: child, ended } = startCli(cwd, ['gc']);
    child.stdout?.destroy();
    expect(await ended).toMatchObject({ code: 0, err: '' });
  });

  test('tells what the system said once, and without a stack', async () => {
    const { code, err } = await limbeck(cwd, 'inspect', 'nothing.onnx');
    expect(code).toBe(1);
    expect(err).toContain('[data-missing]');
    expect(err.match(/ENOENT/g)).toHaveLength(1);
    expect(err).not.toMatch(/^ +at /m);
  });
});
