import { describe, expect, test } from 'vitest';
import { installSteps } from '../install-steps.mjs';

const readme = (...lines) =>
  ['# Name', '', '## In your project', '', ...lines, '', '## Next', '```ts', 'no', '```'].join(
    '\n',
  );

describe('installSteps', () => {
  test('takes lines, files and programs in their order, of the section alone', () => {
    const steps = installSteps(
      readme(
        'Install:',
        '```',
        'npm init -y && npm pkg set type=module',
        'npm install @limbeck/data \\',
        '  zod # both',
        '```',
        '```csv mails.csv',
        'a,b',
        '```',
        '```ts distil.ts',
        "console.log('x'); // x",
        '```',
        '```sh',
        'npx tsx distil.ts',
        '```',
        '```json',
        '{}',
        '```',
      ),
      'In your project',
    );
    expect(steps).toEqual([
      { kind: 'command', words: ['npm', 'init', '-y'] },
      { kind: 'command', words: ['npm', 'pkg', 'set', 'type=module'] },
      { kind: 'command', words: ['npm', 'install', '@limbeck/data', 'zod'] },
      { kind: 'write', file: 'mails.csv', text: 'a,b\n' },
      { kind: 'program', file: 'distil.ts', text: "console.log('x'); // x\n", later: true },
      { kind: 'tsx', words: ['npx', 'tsx', 'distil.ts'], file: 'distil.ts' },
    ]);
  });

  test('runs a program that no line runs', () => {
    expect(installSteps(readme('```ts no-run', 'a;', '```'), 'In your project')).toEqual([
      { kind: 'program', file: 'main.mts', text: 'a;\n', later: false },
    ]);
  });

  test('refuses other commands, and a README without the section', () => {
    expect(() => installSteps(readme('```', 'rm -rf x', '```'), 'In your project')).toThrow(
      /no command/,
    );
    expect(() => installSteps(readme(), 'Elsewhere')).toThrow(/no section/);
  });
});
