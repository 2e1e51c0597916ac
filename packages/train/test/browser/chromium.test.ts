import { createRequire } from 'node:module';
import path from 'node:path';
import type { HostTensor } from '@limbeck/core';
import type { Engine } from '@limbeck/runtime';
import { nodeEngine } from '@limbeck/runtime/node';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { withPage } from '../../../../test-support/chromium.js';
import { servePage } from '../../../../test-support/page-server.js';
import { requires } from '../../../../test-support/requires.js';
import { encoderStep } from '../support/encoder-step.js';
import { trainSteps } from './program.mjs';

const steps = 20;
const folder = import.meta.dirname;
const packages = path.resolve(folder, '../../..');
const ort = path.dirname(createRequire(import.meta.url).resolve('onnxruntime-web'));
const names = 'core tensor runtime nn optim losses data evaluators train'.split(' ');

let engine: Engine;
beforeAll(async () => {
  engine = await nodeEngine({ threads: 1 });
});
afterAll(() => engine.dispose());

const step = encoderStep(steps);
const plain = (tensors: { readonly [name: string]: HostTensor }): object =>
  Object.fromEntries(
    Object.entries(tensors).map(([name, { dtype, shape, data }]) => [
      name,
      { dtype, shape, values: Array.from(data as Iterable<number | bigint>, Number) },
    ]),
  );

/** What a function of `page.mjs` gives in a page. */
async function inPage<R>(browser: string, call: string, isolated = true): Promise<R> {
  const served = await servePage({
    packages: [
      ...names.map((name) => path.join(packages, name)),
      path.join(packages, 'tensor/node_modules/@bufbuild/protobuf'),
      path.join(packages, 'data/node_modules/@noble/hashes'),
      path.join(packages, 'evaluators/node_modules/fastest-levenshtein'),
      path.dirname(ort),
    ],
    folders: { test: folder, 'onnxruntime-web': ort },
    files: {
      '/step.onnx': step.graph.bytes,
      '/step.json': JSON.stringify({
        carry: step.carry,
        state: plain(step.state),
        feeds: step.feeds.map(plain),
      }),
    },
    isolated,
  });
  try {
    return await withPage(browser, async ({ page, errors }) => {
      await page.goto(served.url);
      const result = await page.evaluate(`import('/test/page.mjs').then((page) => page.${call})`);
      // What a page asked for in vain is the browser's own error.
      expect(errors.filter((error) => !error.includes('404'))).toEqual([]);
      return result as R;
    });
  } finally {
    await served.close();
  }
}

/** Losses of the same step in Node. */
async function nodeLosses(): Promise<number[]> {
  const runner = await engine.load(step.graph);
  const stepper = await runner.stepper({ carry: step.carry, state: step.state });
  const losses: number[] = [];
  for (const feed of step.feeds) {
    const { loss } = await stepper.step(feed, ['loss']);
    losses.push(Number(loss!.data[0]));
  }
  await runner.dispose();
  return losses;
}

function expectSame(given: readonly number[], expected: readonly number[]): void {
  expect(given).toHaveLength(steps);
  given.forEach((loss, i) => expect(Math.abs(loss - expected[i]!)).toBeLessThan(1e-4));
}

describe('in headless Chromium', () => {
  test.for([1, 2])(
    'the bytes of a training step give the losses of Node, on %i threads',
    async (threads, context) => {
      const browser = requires('chromium', context);
      const found = await inPage<{ losses: number[]; threads: number; isolated: boolean }>(
        browser,
        `runStep(${threads})`,
      );
      expect(found).toMatchObject({ threads, isolated: true });
      const expected = await nodeLosses();
      expectSame(found.losses, expected);
      expect(found.losses.at(-1)!).toBeLessThan(found.losses[0]! - 0.1);
      console.log(
        `Loss after ${steps} steps: ${expected.at(-1)} in Node, ${found.losses.at(-1)} in Chromium on ${threads} threads.`,
      );
    },
  );

  test('a page trains: it writes the graphs that Node writes, and its losses are those of Node', async (context) => {
    const browser = requires('chromium', context);
    const found = await inPage<{ losses: number[]; graphs: string[] }>(
      browser,
      `runTraining(2, ${steps})`,
    );
    const { losses, graphs } = await trainSteps(engine, steps);
    expect(found.graphs).toEqual(graphs);
    expectSame(found.losses, losses);
  });

  test('files that are not where wasmPaths says are engine-failed, with the names of the files', async (context) => {
    const browser = requires('chromium', context);
    expect(await inPage(browser, 'misplaced()')).toEqual({
      code: 'engine-failed',
      next: expect.stringContaining('ort-wasm-simd-threaded.wasm') as string,
    });
  });

  test('threads in a page without the headers that they need are refused before anything is loaded', async (context) => {
    const browser = requires('chromium', context);
    expect(await inPage(browser, 'refusal(2)', false)).toEqual({
      isolated: false,
      code: 'invalid-option',
    });
    expect(await inPage(browser, 'refusal(1)', false)).toEqual({
      isolated: false,
      code: 'no error',
    });
  });
});
