import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { step } from '@limbeck/pipeline';
import { latestRun, readEvents, readRun, runPipeline } from '@limbeck/pipeline/node';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';

let root = '';
beforeEach(() => {
  root = mkdtempSync(path.join(os.tmpdir(), 'limbeck-older-'));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

/** The pipeline whose run folders were kept, one of each version of the format. */
function pipeline(ran: string[]) {
  const words = step('words', {
    version: '1',
    config: { n: 2 },
    run: async ({ config }) => {
      ran.push('words');
      return { n: config.n };
    },
  });
  const told = step('told', {
    version: '1',
    inputs: { words, greeting: 'So many' },
    run: async ({ inputs }) => {
      ran.push('told');
      return `${inputs.greeting}: ${inputs.words.n}`;
    },
  });
  return {
    name: 'versioned',
    steps: [told],
    config: { size: 'small' },
    logger: { info() {}, warn() {} },
  } as const;
}

describe.each([1])('a run folder of version %i', (version) => {
  test('is read, and nothing in it is made again', async () => {
    const fixture = new URL(`fixtures/runs-v${version}`, import.meta.url);
    cpSync(fileURLToPath(fixture), root, { recursive: true });
    const folder = await latestRun(root);
    expect(await readRun(folder)).toMatchObject({
      name: 'versioned',
      state: 'done',
      seeds: { train: 7 },
    });
    const events = await readEvents(path.join(folder, 'steps/words/events.jsonl'));
    expect(events).toContainEqual({ kind: 'said', atMs: 1, word: 'hello' });
    const ran: string[] = [];
    const result = await runPipeline({ ...pipeline(ran), root });
    expect(result.folder).toBe(folder);
    expect(result.outputs.told).toBe('So many: 2');
    expect(ran).toEqual([]);
  });
});
