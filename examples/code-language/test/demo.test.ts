import { mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { hostTensor, type HostTree, Rng } from '@limbeck/core';
import { keepBuckets, ngramClassifier } from '@limbeck/nn';
import type { Prediction, Student } from '@limbeck/predict';
import { loadStudent } from '@limbeck/predict/node';
import type { Engine } from '@limbeck/runtime';
import { nodeEngine } from '@limbeck/runtime/node';
import { ship } from '@limbeck/train';
import { exportStudent } from '@limbeck/train/node';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { withPage } from '../../../test-support/chromium.js';
import { requires } from '../../../test-support/requires.js';
import { examples } from '../src/demo/examples.js';
import { writeDemo } from '../src/demo/index.js';
import type { PageStudent } from '../src/demo/read-student.js';

const labels = examples.map(({ language }) => language);
const maxBytes = 256;

let engine: Engine;
let folder: string;

/** Students that together take every path of the page's arithmetic: int8 and float32, tables of each kind, hidden units. */
const forms = {
  linear: { orders: [1, 2, 3], buckets: 4096, scale: 12, table: 'ranked' },
  hidden: { orders: [1, 2, 3, 4], buckets: 4096, scale: 8, hidden: [30], table: 'ranked' },
  shared: { orders: [2, 4], buckets: 1024, normalise: 'none', scale: 0.2, table: 'shared' },
  plain: { orders: [1, 3], buckets: 1024, scale: 10, table: 'none' },
} as const;
type Form = keyof typeof forms;

beforeAll(async () => {
  engine = await nodeEngine({ threads: 1 });
  folder = await mkdtemp(path.join(os.tmpdir(), 'limbeck-demo-'));
  for (const form of Object.keys(forms) as Form[]) {
    await make(form);
    await writeDemo(pageOf(form), { studentFolder: path.join(folder, form) });
  }
});

afterAll(async () => {
  await engine.dispose();
  await rm(folder, { recursive: true, force: true });
});

const pageOf = (form: Form): string => path.join(folder, `${form}.html`);
const addressOf = (form: Form): string => pathToFileURL(pageOf(form)).href;

/** Exports a student with random weights, int8 but for `plain`. */
async function make(form: Form): Promise<void> {
  const rng = Rng.from(7).stream(form);
  const { table: kind, ...rest } = forms[form];
  const options = { ...rest, labels, maxBytes };
  const kept = Array.from({ length: 700 }, () => rng.integer(options.buckets));
  const table =
    kind === 'ranked'
      ? keepBuckets(options.buckets, kept)
      : Int32Array.from({ length: options.buckets }, () => rng.integer(301));
  const model = ngramClassifier(kind === 'none' ? options : { ...options, table });
  const { parameters, state } = model.init(rng);
  // Weights of use, in place of the zeros that a linear classifier starts with.
  const drawn = {
    layers: parameters.layers.map((layer) => ({
      weight: random(rng, layer.weight.shape, 0.4),
      bias: random(rng, layer.bias.shape, 0.4),
    })),
  } as HostTree<typeof parameters>;
  const rows = 2048;
  const ids = BigInt64Array.from({ length: rows * 40 }, () => BigInt(32 + rng.integer(90)));
  const inputs = [
    {
      ids: hostTensor('int64', [rows, 40], ids),
      mask: hostTensor('int64', [rows, 40], new BigInt64Array(rows * 40).fill(1n)),
    },
  ];
  // Whatever the labels, both files are as right as each other; the gate needs some.
  const int8 = { inputs, labels: new Int32Array(rows) };
  await exportStudent(ship(model, drawn, state), {
    folder: path.join(folder, form),
    engine,
    labels,
    maxBytes,
    model: model.config,
    ...(kind === 'none' ? {} : { int8 }),
  });
}

function random(rng: Rng, shape: readonly number[], deviation: number) {
  const data = new Float32Array(shape.reduce((product, size) => product * size, 1));
  return hostTensor(
    'float32',
    shape,
    data.map(() => rng.normal(0, deviation)),
  );
}

/** Fifty texts: the examples, their pieces, and what is hard to cut. */
function texts(): string[] {
  const whole = examples.map(({ text }) => text);
  const pieces = whole.flatMap((text) => [text.slice(0, 9), text.slice(20, 90), text.slice(-120)]);
  const odd = [
    '',
    ' ',
    '\n',
    'x',
    '{}',
    'ä→😀',
    '\ud800 alone',
    '😀'.repeat(100),
    'é'.repeat(255),
    'a'.repeat(4000),
    `${'a'.repeat(maxBytes - 1)}😀`,
  ];
  return [...whole, ...pieces, ...odd].slice(-50);
}

describe('the demo page', () => {
  test.each(Object.keys(forms) as Form[])(
    'computes what ONNX Runtime computes: %s',
    async (form) => {
      const student: Student = await loadStudent(path.join(folder, form), {
        precision: form === 'plain' ? 'float32' : 'int8',
      });
      const expected = await student.predict(texts());
      await student.dispose();
      const page = await studentOf(form);
      for (const [i, text] of texts().entries()) {
        const found = [...page.predict(text)];
        expect(gap(found, expected[i]!)).toBeLessThan(1e-5);
      }
    },
  );

  test('shares all that spoke for a language among the bytes', async () => {
    // Without a hidden layer, what spoke adds up to the logit above the mean of all, but for the biases.
    const student = await studentOf('linear');
    const layer = (await dataOf('linear')).layers[0]!;
    const bias = new Float32Array(new Uint8Array(Buffer.from(layer.bias, 'base64')).buffer);
    const text = examples[0]!.text;
    const logs = Array.from(student.predict(text), Math.log);
    const above = (row: ArrayLike<number>, label: number): number =>
      row[label]! - Array.from(row).reduce((sum, value) => sum + value) / row.length;
    for (const label of labels.keys()) {
      const spoken = student.spokenFor(text, label);
      expect(spoken).toHaveLength(maxBytes);
      const sum = spoken.reduce((total, value) => total + value);
      expect(sum).toBeCloseTo(above(logs, label) - above(bias, label), 6);
    }
  });

  test('is one small file that names no other', async () => {
    const html = await readFile(pageOf('linear'), 'utf8');
    expect((await stat(pageOf('linear'))).size).toBeLessThan(250_000);
    const code = html.replaceAll(/\/\*.*?\*\//gs, '');
    expect(/https?:|\beval\(|new Function|\bimport\(|\bfetch\(|\{\{/.exec(code)).toBeNull();
    expect(html.includes(`content="default-src 'none'; `)).toBe(true);
  });

  test('answers from file://, as one types, without a request', async (context) => {
    const browser = requires('chromium', context);
    await withPage(browser, async ({ page, errors, requests }) => {
      await page.goto(addressOf('hidden'));
      const predictions = (await page.evaluate(
        `(${JSON.stringify(texts())}).map((text) => window.limbeckPredict(text))`,
      )) as number[][];
      const student = await loadStudent(path.join(folder, 'hidden'), { precision: 'int8' });
      const expected = await student.predict(texts());
      await student.dispose();
      for (const [i, row] of predictions.entries()) {
        expect(gap(row, expected[i]!)).toBeLessThan(1e-5);
      }

      // The first example stands there already, and is answered.
      expect(await page.inputValue('#code')).toBe(examples[0]!.text);
      expect(await page.textContent('#language')).toBe(labels[argmax(predictions[0]!)]);
      await page.fill('#code', '');
      expect(await page.textContent('#language')).toBe('nothing yet');
      await page.focus('#code');
      await page.keyboard.type(texts()[12]!);
      expect(await page.textContent('#language')).toBe(labels[argmax(predictions[12]!)]);
      const bars = await page.locator('#bars li').allTextContents();
      expect(bars).toHaveLength(5);
      expect(await page.textContent('#time')).toMatch(/ms$/);
      // Who cannot see it hears it, once typing rests.
      await page.locator('#spoken', { hasText: '%' }).waitFor({ state: 'attached' });
      expect(errors).toEqual([]);
      expect(requests).toEqual([]);
    });
  });

  test('is used with the keyboard alone, and keeps the tint under the text', async (context) => {
    const browser = requires('chromium', context);
    await withPage(browser, async ({ page, errors }) => {
      await page.goto(addressOf('linear'));
      const second = page.getByRole('button', { name: examples[1]!.language, exact: true });
      await second.focus();
      await page.keyboard.press('Enter');
      expect(await page.inputValue('#code')).toBe(examples[1]!.text);
      expect(await second.getAttribute('aria-pressed')).toBe('true');
      expect(await page.textContent('#ink')).toBe(`${examples[1]!.text}\n`);
      // Past what the student reads, nothing is tinted.
      await page.fill('#code', 'let x = 1;\n'.repeat(60));
      expect(await page.textContent('#read')).toBe('first 256 of 660 bytes read');
      expect(await page.locator('#ink .end').count()).toBe(1);
      expect(await page.locator('#ink .end ~ mark').count()).toBe(0);
      await page.getByRole('button', { name: 'Dark colours' }).press('Space');
      expect(await page.getAttribute('html', 'class')).toBe('dark');
      expect(errors).toEqual([]);
    });
  });

  test.for([320, 400, 1280])('does not scroll sideways at %i pixels', async (width, context) => {
    const browser = requires('chromium', context);
    await withPage(
      browser,
      async ({ page }) => {
        await page.goto(addressOf('linear'));
        const wide = await page.evaluate('document.documentElement.scrollWidth');
        expect(wide).toBeLessThanOrEqual(width);
      },
      { width },
    );
  });
});

describe('writeDemo', () => {
  test('says what it needs', async () => {
    const file = path.join(folder, 'none.html');
    const call = writeDemo(file, { studentFolder: path.join(folder, 'nowhere') });
    await expect(call).rejects.toMatchObject({ code: 'io-failed' });
  });

  test('refuses a path in a folder that is not there', async () => {
    const file = path.join(folder, 'nowhere', 'demo.html');
    const call = writeDemo(file, { studentFolder: path.join(folder, 'linear') });
    await expect(call).rejects.toMatchObject({ code: 'io-failed' });
  });
});

/** How far probabilities are from those of a prediction, at most. */
function gap(found: readonly number[], { probabilities }: Prediction<string>): number {
  const expected: number[] = Object.values(probabilities);
  expect(Object.keys(probabilities)).toEqual(labels);
  return Math.max(...expected.map((p, label) => Math.abs(p - found[label]!)));
}

function argmax(row: readonly number[]): number {
  return row.indexOf(Math.max(...row));
}

/** What the page holds of a student. */
async function dataOf(form: Form): Promise<PageStudent> {
  const html = await readFile(pageOf(form), 'utf8');
  const data = /id="data">(.*?)<\/script>/s.exec(html)![1]!;
  return (JSON.parse(data) as { student: PageStudent }).student;
}

/** The page's arithmetic outside a browser: its data, and the file that is put into it. */
async function studentOf(form: Form) {
  const file = new URL('../src/demo/student.js', import.meta.url).href;
  const { makeStudent } = (await import(file)) as {
    makeStudent(model: PageStudent): {
      predict(text: string): Float64Array;
      spokenFor(text: string, label: number): Float64Array;
    };
  };
  return makeStudent(await dataOf(form));
}
