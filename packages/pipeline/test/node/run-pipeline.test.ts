import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import type { Event, Json } from '@limbeck/core';
import { type PipelineStep, step } from '@limbeck/pipeline';
import {
  hashedFile,
  latestRun,
  readEvents,
  readRun,
  type RunOptions,
  runPipeline,
} from '@limbeck/pipeline/node';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';

let root = '';
let ran: string[] = [];
beforeEach(() => {
  root = mkdtempSync(path.join(os.tmpdir(), 'limbeck-run-'));
  ran = [];
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

const quiet = { info() {}, warn() {} };

/** Runs steps in this test's root. */
function run<const Steps extends readonly PipelineStep[]>(
  steps: Steps,
  more: Partial<RunOptions<Steps>> = {},
) {
  return runPipeline({ name: 'test', steps, root, logger: quiet, ...more });
}

/** A chain of three: words are made, counted, and the count is told. */
function chain(change: { words?: number; count?: string; told?: string } = {}) {
  const words = step('words', {
    version: '1',
    config: { n: change.words ?? 3 },
    run: async ({ config }, { folder }) => {
      ran.push('words');
      writeFileSync(path.join(folder, 'words.txt'), 'word '.repeat(config.n));
      return { n: config.n };
    },
  });
  const count = step('count', {
    version: change.count ?? '1',
    inputs: { words },
    run: async ({ inputs, folders }) => {
      ran.push('count');
      const text = readFileSync(path.join(folders.words, 'words.txt'), 'utf8');
      return { n: inputs.words.n, characters: text.length };
    },
  });
  const told = step('told', {
    version: '1',
    inputs: { count, greeting: change.told ?? 'So many' },
    run: async ({ inputs }) => {
      ran.push('told');
      return `${inputs.greeting}: ${inputs.count.n}`;
    },
  });
  return [words, count, told] as const;
}

/** A JSON file in the run's folder. */
function readJson(folder: string, name: string): { [key: string]: Json } {
  return JSON.parse(readFileSync(path.join(folder, name), 'utf8')) as { [key: string]: Json };
}

describe('runPipeline', () => {
  test('hands outputs and folders on, and gives all outputs', async () => {
    const { outputs, stages } = await run(chain());
    expect(outputs).toEqual({
      words: { n: 3 },
      count: { n: 3, characters: 15 },
      told: 'So many: 3',
    });
    expect(stages.map(({ state, why }) => `${state}: ${why.join()}`)).toEqual(
      Array<string>(3).fill('fresh: first run'),
    );
  });

  test('runs nothing the second time, and gives the same', async () => {
    const first = await run(chain());
    ran = [];
    const second = await run(chain());
    expect(ran).toEqual([]);
    expect(second.outputs).toEqual(first.outputs);
    expect(second.stages.map(({ state }) => state)).toEqual(['cached', 'cached', 'cached']);
  });

  test('reruns a changed step and what depends on it, and says why', async () => {
    await run(chain());
    ran = [];
    const { stages, folder } = await run(chain({ told: 'As many as' }));
    expect(ran).toEqual(['told']);
    expect(stages[2]?.why).toEqual(['input greeting changed']);
    expect(readJson(folder, 'steps/told/step.json')['why']).toEqual(['input greeting changed']);
    ran = [];
    const again = await run(chain({ words: 4, told: 'As many as' }));
    expect(ran).toEqual(['words', 'count', 'told']);
    expect(again.stages.map(({ why }) => why)).toEqual([
      ['config.n is 4, was 3'],
      ['input words changed'],
      ['input count changed'],
    ]);
  });

  test('stops rerunning where an output comes out the same', async () => {
    await run(chain());
    ran = [];
    const { stages } = await run(chain({ count: '2' }));
    expect(ran).toEqual(['count']);
    expect(stages[1]?.why).toEqual(['version is 2, was 1']);
  });

  test('reruns when a file from outside changes', async () => {
    const file = path.join(root, 'data.txt');
    const once = async (): Promise<number> => {
      const size = step('size', {
        version: '1',
        inputs: { file: await hashedFile(file) },
        run: async ({ inputs }) => inputs.file.sizeBytes,
      });
      return (await run([size])).outputs.size;
    };
    writeFileSync(file, 'abc');
    expect(await once()).toBe(3);
    writeFileSync(file, 'abcd');
    expect(await once()).toBe(4);
    for (const [wrong, given] of [
      [path.join(root, 'other.txt'), 'not there'],
      [root, 'a folder'],
    ] as const) {
      await expect(hashedFile(wrong)).rejects.toMatchObject({
        code: 'data-missing',
        given: expect.stringContaining(given) as string,
      });
    }
  });

  test('gives the same value fresh and cached: what JSON gives back', async () => {
    const optional = step('optional', {
      version: '1',
      run: async (): Promise<{ a: number; b?: number | undefined }> => ({ a: -0, b: undefined }),
    });
    const fresh = await run([optional]);
    const cached = await run([optional]);
    expect(fresh.outputs.optional).toStrictEqual({ a: 0 });
    expect(cached.outputs.optional).toStrictEqual({ a: 0 });
  });

  test('keeps a folder that outlives changes, and drops the scratch folder when done', async () => {
    const bought = (version: string) =>
      step('bought', {
        version,
        run: async (_given, { keep, scratch }) => {
          writeFileSync(path.join(scratch, 'checkpoint'), 'x');
          const file = path.join(keep, 'answers');
          const had = existsSync(file);
          writeFileSync(file, 'x');
          return { had };
        },
      });
    const first = await run([bought('1')]);
    const second = await run([bought('2')]);
    expect([first.outputs.bought.had, second.outputs.bought.had]).toEqual([false, true]);
    expect(readdirSync(path.join(second.folder, 'steps/bought'))).not.toContain('scratch');
    expect(Object.keys(readJson(second.folder, 'steps/bought/done.json')['files'] ?? {})).toEqual(
      [],
    );
  });

  test('has a folder of its own for every config', async () => {
    const small = await run(chain(), { config: { size: 'small' } });
    const large = await run(chain(), { config: { size: 'large' } });
    expect(small.folder).not.toBe(large.folder);
    expect(path.basename(small.folder)).toMatch(/^test-[0-9a-f]{8}$/);
  });

  test('records the run without naming the machine or a path', async () => {
    const { folder } = await run(chain(), { seeds: { train: 7 }, config: { size: 'small' } });
    const record = readJson(folder, 'run.json');
    expect(record).toMatchObject({
      formatVersion: 1,
      name: 'test',
      state: 'done',
      seeds: { train: 7 },
      config: { size: 'small' },
      machine: { node: process.versions.node, platform: `${process.platform}-${process.arch}` },
    });
    const text = readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => readFileSync(path.join(entry.parentPath, entry.name), 'utf8'))
      .join('\n');
    expect(text).not.toContain(os.hostname());
    expect(text).not.toContain(root);
    expect((await readRun(folder))?.state).toBe('done');
    expect(await latestRun(root)).toBe(folder);
  });

  test('keeps events as lines, and survives a line that a kill cut off', async () => {
    const heard: Event[] = [];
    const talks = step('talks', {
      version: '1',
      run: async (_given, { folder, onEvent }) => {
        writeFileSync(path.join(folder, 'x'), 'y');
        onEvent?.({ kind: 'said', atMs: 1, word: 'hello' });
        return 1;
      },
    });
    const { folder } = await run([talks], { onEvent: (one) => heard.push(one) });
    const file = path.join(folder, 'steps/talks/events.jsonl');
    const kinds = (await readEvents(file)).map(({ kind }) => kind);
    expect(kinds).toEqual(['pipeline/started', 'said', 'pipeline/finished']);
    expect(heard.map(({ kind }) => kind)).toEqual([...kinds, 'pipeline/done']);
    truncateSync(file, statSync(file).size - 5);
    rmSync(path.join(folder, 'steps/talks/done.json'));
    await run([talks]);
    expect((await readEvents(file)).map(({ kind }) => kind)).toEqual([
      'pipeline/started',
      'said',
      ...kinds,
    ]);
    expect(await readEvents(path.join(folder, 'none.jsonl'))).toEqual([]);
  });

  test('sums up to the wall clock', async () => {
    const { stages, otherSeconds, seconds } = await run(chain(), { since: 'process' });
    expect(stages.reduce((sum, stage) => sum + stage.seconds, otherSeconds)).toBeCloseTo(
      seconds,
      9,
    );
    expect(otherSeconds).toBeGreaterThan(0);
  });

  test('publishes to the top of the folder, and again only when it changed', async () => {
    const publish = { 'words.txt': 'words/words.txt' };
    const { folder } = await run(chain(), { publish });
    const target = path.join(folder, 'words.txt');
    expect(readFileSync(target, 'utf8')).toBe('word word word ');
    const { mtimeMs } = statSync(target);
    await run(chain(), { publish });
    expect(statSync(target).mtimeMs).toBe(mtimeMs);
    await run(chain({ words: 1 }), { publish });
    expect(readFileSync(target, 'utf8')).toBe('word ');
    rmSync(target);
    await run(chain({ words: 1 }), { publish });
    expect(existsSync(target)).toBe(true);
  });

  test('goes on with a step that another process left unfinished', async () => {
    let seen: boolean[] = [];
    const stubborn = step('stubborn', {
      version: '1',
      run: async (_given, { folder, resumed }) => {
        seen.push(resumed);
        const file = path.join(folder, 'half');
        if (resumed) return readFileSync(file, 'utf8');
        writeFileSync(file, 'saved');
        throw new Error('no luck');
      },
    });
    await expect(run([stubborn])).rejects.toMatchObject({ code: 'step-failed' });
    const { outputs, stages } = await run([stubborn]);
    expect(outputs.stubborn).toBe('saved');
    expect(stages[0]).toMatchObject({ state: 'resumed', why: ['it was not finished'] });
    expect(seen).toEqual([false, true]);
    seen = [];
  });
});

describe('what belongs to a step', () => {
  /** A step that always says the same and writes what it is told, and one that reads it. */
  function writer(text: string) {
    const written = step('written', {
      version: '1',
      config: { text },
      run: async ({ config }, { folder }) => {
        writeFileSync(path.join(folder, `${config.text.length}.txt`), config.text);
        return readdirSync(folder).filter((name) => name.endsWith('.txt')).length;
      },
    });
    const read = step('read', {
      version: '1',
      inputs: { written },
      run: async ({ folders }) => {
        const [name = ''] = readdirSync(folders.written).filter((each) => each.endsWith('.txt'));
        return readFileSync(path.join(folders.written, name), 'utf8');
      },
    });
    return [read, written] as const;
  }

  test('files count as output: steps that read them run again when only these change', async () => {
    expect((await run(writer('one'))).outputs.read).toBe('one');
    const { outputs, stages } = await run(writer('two'));
    expect(outputs.read).toBe('two');
    expect(stages[1]?.why).toEqual(['input written changed']);
  });

  test('a changed step starts with an empty folder', async () => {
    await run(writer('one'));
    expect((await run(writer('three'))).outputs.written).toBe(1);
  });
});

describe('damage from outside', () => {
  const damages: readonly (readonly [string, (folder: string) => void, string])[] = [
    ['a truncated output.json', (f) => truncateSync(path.join(f, 'output.json'), 3), 'output.json'],
    ['no output.json', (f) => rmSync(path.join(f, 'output.json')), 'output.json'],
    ['a truncated file', (f) => truncateSync(path.join(f, 'words.txt'), 3), 'words.txt'],
    ['a missing file', (f) => rmSync(path.join(f, 'words.txt')), 'words.txt'],
    [
      'a truncated file with its old time',
      (f) => {
        const file = path.join(f, 'words.txt');
        const { atime, mtime } = statSync(file);
        truncateSync(file, 3);
        utimesSync(file, atime, mtime);
      },
      'words.txt',
    ],
    [
      'a file changed to the same size',
      (f) => {
        writeFileSync(path.join(f, 'words.txt'), 'WORD word word ');
        utimesSync(path.join(f, 'words.txt'), new Date(0), new Date(0));
      },
      'words.txt',
    ],
    [
      'a foreign done.json',
      (f) => writeFileSync(path.join(f, 'done.json'), '{"formatVersion":1}'),
      'done.json',
    ],
  ];
  test.each(damages)('reruns the step for %s', async (_kind, damage, name) => {
    const { folder } = await run(chain());
    ran = [];
    damage(path.join(folder, 'steps/words'));
    const { outputs, stages } = await run(chain());
    expect(ran).toEqual(['words']);
    expect(stages[0]?.why).toEqual([`${name} is not what the step had written`]);
    expect(outputs.told).toBe('So many: 3');
  });

  test('finds a change that kept size and time when asked to read all again', async () => {
    const { folder } = await run(chain());
    const file = path.join(folder, 'steps/words/words.txt');
    const { atime, mtime } = statSync(file);
    writeFileSync(file, 'WORD word word ');
    utimesSync(file, atime, mtime);
    ran = [];
    await run(chain(), { verify: 'full' });
    expect(ran).toEqual(['words']);
  });

  test.each(['step.json', 'done.json'])('starts the step again for a torn %s', async (name) => {
    const { folder } = await run(chain());
    writeFileSync(path.join(folder, 'steps/words', name), '{"form');
    ran = [];
    expect((await run(chain())).outputs.told).toBe('So many: 3');
    expect(ran).toEqual(['words']);
  });

  test('copies a run folder to another place and it is still cached', async () => {
    const { folder } = await run(chain());
    // Other times, same bytes.
    const file = path.join(folder, 'steps/words/words.txt');
    utimesSync(file, new Date(0), new Date(0));
    ran = [];
    await run(chain());
    expect(ran).toEqual([]);
  });
});

describe('refusals', () => {
  test('a failing step: its error as cause, and finished steps kept', async () => {
    const [words] = chain();
    const cause = new Error('the disk is on fire');
    const bad = step('bad', {
      version: '1',
      inputs: { words },
      run: async (): Promise<number> => {
        throw cause;
      },
    });
    const call = run([bad]);
    await expect(call).rejects.toMatchObject({ code: 'step-failed', cause, where: 'step "bad"' });
    await expect(call).rejects.toThrow(/on fire.*words will not run again/);
    ran = [];
    await expect(run([bad])).rejects.toMatchObject({ code: 'step-failed' });
    expect(ran).toEqual([]);
    expect((await readRun(await latestRun(root)))?.state).toBe('failed');
  });

  test('an output that JSON cannot hold', async () => {
    const bad = step('bad', { version: '1', run: async () => ({ loss: Number.NaN }) });
    await expect(run([bad])).rejects.toMatchObject({
      code: 'step-failed',
      cause: { code: 'invalid-data' },
    });
  });

  test.runIf(existsSync('/dev/full'))('a full disk', async () => {
    const writes = step('writes', {
      version: '1',
      run: async () => {
        writeFileSync('/dev/full', 'x'.repeat(100));
        return 1;
      },
    });
    await expect(run([writes])).rejects.toMatchObject({
      code: 'disk-full',
      cause: { code: 'ENOSPC' },
    });
  });

  test.runIf(existsSync('/dev/full'))('a disk that fills up while events are written', async () => {
    let folder = '';
    const talks = step('talks', {
      version: '1',
      run: async (_given, { folder: own, resumed, onEvent, abortSignal }) => {
        folder = own;
        if (!resumed) throw new Error('not yet');
        onEvent?.({ kind: 'said', atMs: 1 });
        abortSignal?.throwIfAborted();
        return 1;
      },
    });
    await expect(run([talks])).rejects.toMatchObject({ code: 'step-failed' });
    rmSync(path.join(folder, 'events.jsonl'));
    symlinkSync('/dev/full', path.join(folder, 'events.jsonl'));
    await expect(run([talks])).rejects.toMatchObject({ code: 'disk-full' });
    expect((await readRun(await latestRun(root)))?.state).toBe('failed');
    rmSync(path.join(folder, 'events.jsonl'));
    expect((await run([talks])).outputs.talks).toBe(1);
  });

  test('an abort before and during a step', async () => {
    const controller = new AbortController();
    const [words] = chain();
    const waits = step('waits', {
      version: '1',
      inputs: { words },
      run: async (_given, { abortSignal }) => {
        controller.abort();
        abortSignal?.throwIfAborted();
        return 1;
      },
    });
    const options = { abortSignal: controller.signal, resumeWith: 'npm start' };
    await expect(run([waits], options)).rejects.toMatchObject({
      code: 'aborted',
      next: expect.stringContaining('npm start') as string,
    });
    expect(ran).toEqual(['words']);
    await expect(run([waits], options)).rejects.toMatchObject({ code: 'aborted' });
  });

  test('a step that ends in spite of an abort is kept', async () => {
    const controller = new AbortController();
    const deaf = step('deaf', {
      version: '1',
      run: async () => {
        ran.push('deaf');
        controller.abort();
        return 1;
      },
    });
    await expect(run([deaf], { abortSignal: controller.signal })).rejects.toMatchObject({
      code: 'aborted',
    });
    expect((await run([deaf])).outputs.deaf).toBe(1);
    expect(ran).toEqual(['deaf']);
  });

  test.each(['run.json', 'steps/words/step.json', 'steps/words/done.json'])(
    'a %s of a later version',
    async (name) => {
      const { folder } = await run(chain());
      const file = path.join(folder, name);
      const value = readJson(folder, name);
      writeFileSync(file, JSON.stringify({ ...value, formatVersion: 2 }));
      await expect(run(chain())).rejects.toMatchObject({ code: 'format-too-new' });
    },
  );

  test('two runs of one process in a folder', async () => {
    const slow = step('slow', {
      version: '1',
      run: async () => {
        await new Promise((resolve) => setTimeout(resolve, 100));
        return 1;
      },
    });
    const both = await Promise.allSettled([run([slow]), run([slow])]);
    expect(both.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    expect(both.find(({ status }) => status === 'rejected')).toMatchObject({
      reason: { code: 'run-locked' },
    });
  });

  test('a lock of another machine, until it has been silent for a minute', async () => {
    const { folder } = await run(chain());
    const lock = path.join(folder, 'lock.json');
    writeFileSync(lock, JSON.stringify({ pid: 1, token: 'x', machine: 'another', started: '1' }));
    await expect(run(chain())).rejects.toMatchObject({ code: 'run-locked' });
    const then = new Date(Date.now() - 61_000);
    utimesSync(lock, then, then);
    await run(chain());
    expect(existsSync(lock)).toBe(false);
  });

  test('a lock that names nobody, until it has been silent for a minute', async () => {
    const { folder } = await run(chain());
    const lock = path.join(folder, 'lock.json');
    writeFileSync(lock, '');
    await expect(run(chain())).rejects.toMatchObject({ code: 'run-locked' });
    const then = new Date(Date.now() - 61_000);
    utimesSync(lock, then, then);
    // Nor does the claim of one that was killed while it took the lock over keep it for ever.
    writeFileSync(`${lock}.claim`, '');
    utimesSync(`${lock}.claim`, then, then);
    await run(chain());
    expect(readdirSync(folder).filter((name) => name.startsWith('lock'))).toEqual([]);
  });

  test('a root that cannot be a folder', async () => {
    writeFileSync(path.join(root, 'file'), '');
    await expect(run(chain(), { root: path.join(root, 'file/runs') })).rejects.toMatchObject({
      code: 'io-failed',
    });
  });

  test('a step folder that cannot be emptied is told with what to do', async () => {
    const { folder } = await run(chain());
    rmSync(path.join(folder, 'steps'), { recursive: true });
    writeFileSync(path.join(folder, 'steps'), '');
    await expect(run(chain())).rejects.toMatchObject({ code: 'io-failed' });
    rmSync(path.join(folder, 'steps'));
    mkdirSync(path.join(folder, 'steps'));
  });

  test.each([
    [{ 'run.json': 'words/words.txt' }, 'invalid-option'],
    [{ 'a/b': 'words/words.txt' }, 'invalid-option'],
    [{ up: 'words/../../run.json' }, 'invalid-option'],
    [{ words: 'words' }, 'invalid-option'],
    [{ x: 'nobody/x' }, 'unknown-name'],
    [{ x: 'words/nothing.txt' }, 'data-missing'],
  ])('publish %j', async (publish, code) => {
    await expect(run(chain(), { publish })).rejects.toMatchObject({ code });
  });
});
