import { spawn } from 'node:child_process';
import path from 'node:path';
import { onInterrupt } from '@limbeck/train/node';
import { expect, test } from 'vitest';

test.each([
  ['SIGINT', 130],
  ['SIGTERM', 143],
] as const)(
  'the first %s aborts and says how to go on, the second ends',
  async (signal, status) => {
    const script = path.join(import.meta.dirname, 'fixtures/interrupted.ts');
    const args = ['--conditions=@limbeck/source', '--import', 'tsx', script];
    const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'pipe'] });
    let printed = '';
    let told = '';
    child.stderr.setEncoding('utf8').on('data', (text: string) => (told += text));
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      printed += text;
      if (text.includes('ready') || text.includes('aborted')) child.kill(signal);
    });
    const ended = await new Promise((resolve) => child.on('close', resolve));
    expect(ended).toBe(status);
    expect(printed).toBe('ready\naborted\n');
    expect(told).toContain('npm start goes on.');
  },
);

test('gives the signals back', () => {
  const before = process.listenerCount('SIGINT');
  const interrupt = onInterrupt();
  expect(process.listenerCount('SIGINT')).toBe(before + 1);
  interrupt.dispose();
  expect(process.listenerCount('SIGINT')).toBe(before);
  expect(interrupt.abortSignal.aborted).toBe(false);
});
