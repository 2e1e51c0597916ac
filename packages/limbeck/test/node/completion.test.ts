import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { limbeck } from './terminal.js';

const bash = ['/bin/bash', '/usr/bin/bash'].find((file) => existsSync(file));
let cwd = '';
beforeAll(async () => {
  cwd = mkdtempSync(`${os.tmpdir()}/limbeck-completion-`);
  const { out } = await limbeck(cwd, 'completion', 'bash');
  writeFileSync(path.join(cwd, 'limbeck.bash'), out);
});
afterAll(() => rmSync(cwd, { recursive: true, force: true }));

/** What bash offers for the last of these words. */
function offers(...words: string[]): readonly string[] {
  const list = words.map((word) => `'${word}'`).join(' ');
  const script = `source ./limbeck.bash
COMP_WORDS=(limbeck ${list}); COMP_CWORD=${words.length}
_limbeck
printf '%s\\n' "\${COMPREPLY[@]}"`;
  return execFileSync(bash!, ['--norc', '-c', script], { cwd, encoding: 'utf8' })
    .split('\n')
    .filter((word) => word !== '');
}

describe.skipIf(bash === undefined)('limbeck completion bash', () => {
  test('offers commands, those in a group, and options', () => {
    expect(offers('re')).toEqual(['resume', 'report']);
    expect(offers('new', '')).toEqual(['loss', '--help']);
    expect(offers('run', '--para')).toEqual(['--parallel']);
    expect(offers('new', 'loss', '--f')).toEqual(['--folder']);
    expect(offers('')).toContain('quantize');
  });

  test('offers the options of the command that the words lead to, whatever stands between', () => {
    expect(offers('gc', '--keep', '2', '--o')).toEqual(['--older']);
    expect(offers('eval', 'student', 'test.csv', '--gr')).toEqual(['--group']);
    expect(offers('no-such-command', '--keep')).toEqual([]);
  });

  test('is registered for the command', () => {
    const script = 'source ./limbeck.bash; complete -p limbeck';
    const shown = execFileSync(bash!, ['--norc', '-c', script], { cwd, encoding: 'utf8' });
    expect(shown.trim()).toBe('complete -o default -F _limbeck limbeck');
  });
});

describe('limbeck completion', () => {
  test.each(['zsh', 'fish'])('names every command to %s', async (shell) => {
    const { code, out } = await limbeck(cwd, 'completion', shell);
    expect(code).toBe(0);
    for (const word of ['init', 'inspect', 'quantize', 'loss', 'dry-run', 'parallel']) {
      expect(out).toContain(word);
    }
  });

  test.each(['tcsh', 'constructor'])('refuses the shell %s', async (shell) => {
    const { code, err } = await limbeck(cwd, 'completion', shell);
    expect(code).toBe(2);
    expect(err).toContain('bash, zsh or fish');
  });
});
