import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { measureBatches, servingCost, usdPerMillion } from '@limbeck/evaluators';
import { measureColdStart } from '@limbeck/evaluators/node';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

describe('latency by batch size', () => {
  test('has calls of one size each, and how many items a second', async () => {
    let now = 0;
    const sizes: number[] = [];
    const system = (inputs: readonly number[]): void => {
      sizes.push(inputs.length);
      now += 1 + inputs.length;
    };
    const inputs = Array.from({ length: 70 }, (_, i) => i);
    const { s } = await measureBatches({ s: system }, inputs, { warmup: 0, clock: () => now });
    expect(sizes).toEqual([...Array.from({ length: 70 }, () => 1), 32, 32]);
    expect(s).toHaveLength(2);
    expect(s[0]).toMatchObject({ batchSize: 1, p50: 2, p95: 2, p99: 2, perSecond: 500 });
    expect(s[1]).toMatchObject({ batchSize: 32, p50: 33 });
    expect(s[1]!.perSecond).toBeCloseTo(32_000 / 33, 9);
  });

  test('repeats inputs that are fewer than a batch', async () => {
    const seen: (readonly string[])[] = [];
    const system = (inputs: readonly string[]): void => void seen.push(inputs);
    await measureBatches({ s: system }, ['a', 'b'], { warmup: 0, batchSizes: [3] });
    expect(seen).toEqual([['a', 'b', 'a']]);
  });

  test.each([
    ['no inputs', 'empty-data', () => measureBatches({ s: () => 1 }, [])],
    [
      'a size of 0',
      'invalid-option',
      () => measureBatches({ s: () => 1 }, [1], { batchSizes: [0] }),
    ],
  ])('refuses %s', async (_name, code, call) => {
    await expect(call()).rejects.toMatchObject({ code });
  });
});

describe('money for a million answers', () => {
  test('by the hour, by the token, by what was paid', () => {
    expect(usdPerMillion({ usdPerHour: 3.6, perSecond: 100 })).toBeCloseTo(10, 12);
    expect(usdPerMillion({ usdPerHour: 3.6, perSecond: 100, utilisation: 0.5 })).toBeCloseTo(
      20,
      12,
    );
    const tokens = { inputTokens: 200, outputTokens: 5 };
    const prices = { usdPerMillionInput: 0.5, usdPerMillionOutput: 2 };
    expect(usdPerMillion({ ...tokens, ...prices })).toBe(110);
    expect(usdPerMillion({ costUsd: 0.3, items: 1000 })).toBeCloseTo(300, 12);
  });

  test.each([
    ['no items', () => usdPerMillion({ costUsd: 1, items: 0 })],
    ['a negative price', () => usdPerMillion({ usdPerHour: -1, perSecond: 1 })],
    ['a utilisation above 1', () => usdPerMillion({ usdPerHour: 1, perSecond: 1, utilisation: 2 })],
    [
      'NaN tokens',
      () =>
        usdPerMillion({
          inputTokens: NaN,
          outputTokens: 0,
          usdPerMillionInput: 1,
          usdPerMillionOutput: 1,
        }),
    ],
  ])('refuses %s', (_name, call) => {
    expect(call).toThrow(expect.objectContaining({ code: 'invalid-option' }));
  });
});

describe('cost of serving', () => {
  const latency = (batchSize: number, perSecond: number) => ({
    batchSize,
    perSecond,
    p50: 1,
    p95: 2,
    p99: 3,
    samplesMs: new Float64Array(1),
  });

  test('is one table, by the fastest batch size', () => {
    const cost = servingCost({
      latencies: [latency(1, 500), latency(32, 2000)],
      coldStart: { totalMs: 80, peakRssBytes: 5e7 },
      file: { sizeBytes: 1000, gzipBytes: 400 },
      flops: 3e6,
      usdPerHour: 0.72,
    });
    expect(cost).toEqual({
      latencies: [
        { batchSize: 1, perSecond: 500, p50: 1, p95: 2, p99: 3 },
        { batchSize: 32, perSecond: 2000, p50: 1, p95: 2, p99: 3 },
      ],
      coldStartMs: 80,
      peakRssBytes: 5e7,
      sizeBytes: 1000,
      gzipBytes: 400,
      flops: 3e6,
      gigaflopsPerSecond: 6,
      usdPerMillion: expect.closeTo(0.1, 12) as number,
    });
    expect(servingCost({ latencies: [latency(1, 5)] })).toEqual({
      latencies: [expect.not.objectContaining({ samplesMs: expect.anything() as unknown })],
    });
  });

  test('refuses no latency, and no work', () => {
    expect(() => servingCost({ latencies: [] })).toThrow(
      expect.objectContaining({ code: 'empty-data' }),
    );
    expect(() => servingCost({ latencies: [latency(1, 5)], flops: 0 })).toThrow(
      expect.objectContaining({ code: 'invalid-option' }),
    );
  });
});

describe('a cold start', () => {
  let folder = '';
  const module = async (name: string, text: string): Promise<URL> => {
    const file = path.join(folder, `${name}.mjs`);
    await writeFile(file, text);
    return pathToFileURL(file);
  };
  beforeAll(async () => {
    folder = await mkdtemp(path.join(os.tmpdir(), 'limbeck-cold-'));
  });
  afterAll(async () => rm(folder, { recursive: true }));

  test('is timed in a process of its own, with its memory', async () => {
    const url = await module(
      'slow',
      `const hold = Buffer.alloc(80e6, 1);
       export default async (input) => {
         if (input.text !== 'a "b"' || hold.length === 0) throw new Error('another input');
         await new Promise((resolve) => setTimeout(resolve, 120));
       };`,
    );
    const found = await measureColdStart(url, { input: { text: 'a "b"' }, runs: 2 });
    expect(found.samplesMs).toHaveLength(2);
    expect(found.loadMs).toBeGreaterThanOrEqual(119);
    expect(found.totalMs).toBeGreaterThan(found.loadMs);
    expect(found.peakRssBytes).toBeGreaterThan(80e6);
  });

  test.each([
    ['throws', 'export default () => { throw new Error("no model"); };', 'no model'],
    ['exports nothing', 'export const x = 1;', 'not a function'],
    ['ends by itself', 'process.exit(0);', 'code 0'],
    ['hangs', 'export default () => new Promise((r) => setTimeout(r, 1e6));', 'SIGKILL'],
  ])('of a module that %s is an error', async (name, text, cause) => {
    const url = await module(name.replaceAll(' ', '-'), text);
    // A busy machine may take seconds to start a process: only what hangs is ended early.
    const timeoutMs = name === 'hangs' ? 1500 : 60_000;
    await expect(measureColdStart(url, { runs: 1, timeoutMs })).rejects.toMatchObject({
      code: 'worker-failed',
      cause: expect.objectContaining({
        message: expect.stringContaining(cause) as string,
      }) as Error,
    });
  });

  test('needs a run', async () => {
    await expect(measureColdStart('file:///x.mjs', { runs: 0 })).rejects.toMatchObject({
      code: 'invalid-option',
    });
  });
});
