import { createRequire } from 'node:module';
import path from 'node:path';
import { loadStudentFrom, onnxSessions } from '@limbeck/predict';
import * as ort from 'onnxruntime-node';
import { describe, expect, test } from 'vitest';
import { withPage } from '../../../../test-support/chromium.js';
import { servePage } from '../../../../test-support/page-server.js';
import { requires } from '../../../../test-support/requires.js';
import { tokenFiles } from '../support/token-student.js';
import { tinyConfig, tinyModel } from '../tiny-student.js';

const packages = path.resolve(import.meta.dirname, '../../..');
const { resolve } = createRequire(import.meta.url);
const web = path.dirname(resolve('onnxruntime-web'));
const tokenizers = path.resolve(path.dirname(resolve('@huggingface/tokenizers')), '..');
const texts = ['abe', '12 of 3', '', 'x'.repeat(99)];

/** What a function of `page.mjs` gives in a page that has these packages. */
async function inPage<R>(browser: string, call: string, withRuntime: boolean): Promise<R> {
  const served = await servePage({
    packages: [
      ...['core', 'tensor', 'predict'].map((name) => path.join(packages, name)),
      path.join(packages, 'tensor/node_modules/@bufbuild/protobuf'),
      tokenizers,
      ...(withRuntime ? [path.dirname(web)] : []),
    ],
    folders: { test: import.meta.dirname, 'onnxruntime-web': web },
    files: {
      '/tiny/config.json': tinyConfig(),
      '/tiny/onnx/model.onnx': tinyModel(),
      '/tokens/config.json': tokenFiles.config,
      '/tokens/onnx/model.onnx': tokenFiles.model,
      '/tokens/tokenizer.json': tokenFiles.tokenizer,
      '/tokens/tokenizer_config.json': tokenFiles.tokenizerConfig,
    },
  });
  try {
    return await withPage(browser, async ({ page }) => {
      await page.goto(served.url);
      const result = await page.evaluate(`import('/test/page.mjs').then((page) => page.${call})`);
      return result as R;
    });
  } finally {
    await served.close();
  }
}

/** What the student answers in Node. */
async function inNode(): Promise<unknown> {
  const student = await loadStudentFrom(
    { config: tinyConfig(), model: tinyModel() },
    onnxSessions(ort),
  );
  const answers = await student.predict(texts);
  await student.dispose();
  return answers;
}

interface Answered {
  readonly engine: string;
  readonly answers: readonly { readonly probabilities: { readonly [label: string]: number } }[];
}

function expectClose({ answers }: Answered, expected: Answered['answers']): void {
  answers.forEach(({ probabilities }, i) => {
    for (const [label, p] of Object.entries(expected[i]!.probabilities)) {
      expect(probabilities[label]).toBeCloseTo(p, 6);
    }
  });
}

describe('a student in headless Chromium', () => {
  test('answers what it answers in Node, on onnxruntime-web', async (context) => {
    const browser = requires('chromium', context);
    const found = await inPage<Answered>(browser, `predict(${JSON.stringify(texts)})`, true);
    expect(found.engine).toBe('onnxruntime');
    expectClose(found, (await inNode()) as Answered['answers']);
  });

  test('runs in plain TypeScript in a page that has no onnxruntime-web', async (context) => {
    const browser = requires('chromium', context);
    const found = await inPage<Answered>(browser, `predict(${JSON.stringify(texts)})`, false);
    expect(found.engine).toBe('plain');
    expectClose(found, (await inNode()) as Answered['answers']);
  });

  test('lives in a Web Worker, whose answers and errors come back, and whose calls can be aborted', async (context) => {
    const browser = requires('chromium', context);
    const found = await inPage<Answered & { aborted: string; unknown: string; ticks: number }>(
      browser,
      `inWorker(${JSON.stringify(texts)})`,
      false,
    );
    expectClose(found, (await inNode()) as Answered['answers']);
    expect(found).toMatchObject({ aborted: 'aborted', unknown: 'unknown-name' });
    expect(found.ticks).toBeGreaterThan(3);
  });

  test('reads tokens by the tokenizer beside it', async (context) => {
    const browser = requires('chromium', context);
    expect(await inPage(browser, 'tokens()', false)).toEqual(['good', 'bad']);
  });

  test('says what is not there', async (context) => {
    const browser = requires('chromium', context);
    expect(await inPage(browser, 'missing()', false)).toEqual(['data-missing', 'engine-missing']);
  });
});
