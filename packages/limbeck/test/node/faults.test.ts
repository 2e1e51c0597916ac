import { execFileSync } from 'node:child_process';
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

const fixtures = fileURLToPath(new URL('fixtures', import.meta.url));
let root = '';
beforeEach(() => {
  root = mkdtempSync(`${os.tmpdir()}/limbeck-faults-`);
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

const start = (...args: string[]) =>
  startCli(fixtures, ['run', 'slow.ts', '--root', root, ...args]);

/** The only run's folder, once the slow step has saved a count. */
async function reachesMiddle(): Promise<string> {
  for (let tries = 0; tries < 4000; tries += 1) {
    const [name] = readdirSync(root).filter((entry) => entry.startsWith('slow-'));
    const folder = path.join(root, name ?? '');
    if (existsSync(path.join(folder, 'steps/count/scratch/state.json'))) return folder;
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  throw new Error('the run did not begin');
}

const state = (folder: string): unknown =>
  (JSON.parse(readFileSync(path.join(folder, 'run.json'), 'utf8')) as { state: string }).state;

describe('limbeck run under faults', () => {
  test.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const)(
    'ends %s with %i, both steps stopped, and goes on where it was',
    async (signal, code) => {
      const first = start('--parallel', '2');
      const folder = await reachesMiddle();
      first.process.kill(signal);
      const ended = await first.ended;
      expect(ended.code).toBe(code);
      expect(ended.err).toContain('[interrupted]');
      expect(ended.err).toMatch(/Go on with limbeck resume .*slow-[0-9a-f]{8}/);
      expect(state(folder)).toBe('interrupted');
      expect(existsSync(path.join(folder, 'lock.json'))).toBe(false);
      const second = await startCli(fixtures, ['resume', folder]).ended;
      expect(second.code, second.err).toBe(0);
      expect(second.err).toContain('begin: cached');
      const from = readdirSync(path.join(folder, 'steps/count')).filter((name) =>
        name.startsWith('from-'),
      );
      expect(from).toHaveLength(2);
    },
    60_000,
  );

  test('loses nothing finished to SIGKILL', async () => {
    const first = start();
    const folder = await reachesMiddle();
    first.process.kill('SIGKILL');
    await first.ended;
    expect(state(folder)).toBe('running');
    const plan = await limbeck(fixtures, 'run', 'slow.ts', '--why', '--root', root);
    expect(plan.out).toMatch(/begin +cached\ncount +goes on/);
    const second = await startCli(fixtures, ['resume', '--root', root]).ended;
    expect(second.code, second.err).toBe(0);
  }, 60_000);

  test('refuses a second run in the folder, and a gc of it', async () => {
    const first = start();
    const folder = await reachesMiddle();
    const second = await startCli(fixtures, ['run', 'slow.ts', '--root', root, '--json']).ended;
    expect(second.code).toBe(1);
    expect(JSON.parse(second.out)).toMatchObject({ error: { code: 'run-locked' } });
    const gc = await limbeck(fixtures, 'gc', '--root', root, '--keep', '0');
    expect(gc.out).toMatch(/stays +a run works in it/);
    first.process.kill('SIGKILL');
    await first.ended;
    expect(existsSync(folder)).toBe(true);
  }, 60_000);

  test('says that a later version wrote the folder, and leaves it alone', async () => {
    await limbeck(path.join(fixtures, 'steady'), 'run', '--root', root);
    const folder = path.join(
      root,
      readdirSync(root).find((name) => name.startsWith('fixture-')) ?? '',
    );
    const file = path.join(folder, 'run.json');
    writeFileSync(
      file,
      readFileSync(file, 'utf8').replace('"formatVersion": 1', '"formatVersion": 9'),
    );
    for (const args of [['run'], ['run', '--why'], ['resume']]) {
      const { code, err } = await limbeck(path.join(fixtures, 'steady'), ...args, '--root', root);
      expect(code).toBe(1);
      expect(err).toContain('[format-too-new]');
      expect(err).toContain('Install a newer @limbeck/pipeline');
    }
    expect((await limbeck(root, 'gc', '--root', root, '--keep', '0')).out).toContain('cannot read');
    expect(readFileSync(file, 'utf8')).toContain('"formatVersion": 9');
  });

  test.runIf(existsSync('/dev/full'))(
    'says that the disk is full, and goes on once there is room',
    async () => {
      const first = start();
      const folder = await reachesMiddle();
      first.process.kill('SIGKILL');
      await first.ended;
      // The events of the unfinished step now go to a disk without room.
      const log = path.join(folder, 'steps/count/events.jsonl');
      rmSync(log);
      symlinkSync('/dev/full', log);
      const second = await start().ended;
      expect(second.code).toBe(1);
      expect(second.err).toContain('[disk-full]');
      expect(second.err).toContain('finished steps are kept');
      rmSync(log);
      const third = await start().ended;
      expect(third.code, third.err).toBe(0);
      expect(third.err).toContain('begin: cached');
    },
    60_000,
  );

  test.runIf(process.platform === 'linux' && process.getuid?.() === 0)(
    'says that the disk is full where it really is',
    async (context) => {
      const mounted = path.join(root, 'small');
      mkdirSync(mounted);
      try {
        execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=64k', 'tmpfs', mounted], {
          stdio: 'ignore',
        });
      } catch {
        context.skip('nothing can be mounted here');
      }
      try {
        const fill = Buffer.alloc(256 * 1024);
        try {
          writeFileSync(path.join(mounted, 'fill'), fill);
        } catch {
          // As much as there is room for: none is left.
        }
        const { code, err } = await startCli(path.join(fixtures, 'steady'), [
          'run',
          '--root',
          mounted,
        ]).ended;
        expect(code).toBe(1);
        expect(err).toContain('[disk-full]');
      } finally {
        execFileSync('umount', [mounted], { stdio: 'ignore' });
      }
    },
    60_000,
  );

  test('says that the folder is read-only', async (context) => {
    const isRoot = process.getuid?.() === 0;
    const place = path.join(root, 'runs');
    mkdirSync(place, { mode: isRoot ? 0o755 : 0o555 });
    // The owner of all folders may write into any: as nobody, then.
    const { code, err } = await startCli(path.join(fixtures, 'steady'), ['run', '--root', place], {
      ...(isRoot ? { uid: 65_534 } : {}),
    }).ended;
    if (isRoot && /EACCES.*(?:tsx|node_modules)|ERR_MODULE_NOT_FOUND/.test(err)) {
      context.skip('another user cannot read the sources here');
    }
    expect(code).toBe(1);
    expect(err).toContain('[io-failed]');
    expect(err).toContain('Check the permissions');
    expect(readdirSync(place)).toEqual([]);
  }, 60_000);
});
