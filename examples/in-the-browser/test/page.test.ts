import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { loadStudent } from '@limbeck/predict/node';
import type { Page } from 'playwright-core';
import { build, preview, type PreviewServer } from 'vite';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { withPage } from '../../../test-support/chromium.js';
import { findChromium, requires } from '../../../test-support/requires.js';
import { writeCsv } from '../src/csv.js';
import { sampleRows } from '../src/sample.js';
import { unzip } from './support/unzip.js';

const configFile = path.join(import.meta.dirname, '..', 'vite.config.ts');
let folder: string;
let server: PreviewServer | undefined;
let address: string;

beforeAll(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'limbeck-page-'));
  if (findChromium().path === undefined) return;
  const outDir = path.join(folder, 'dist');
  await build({ configFile, logLevel: 'warn', build: { outDir } });
  server = await preview({
    configFile,
    logLevel: 'warn',
    build: { outDir },
    preview: { port: 0, host: '127.0.0.1' },
  });
  address = server.resolvedUrls!.local[0]!;
});
afterAll(async () => {
  await server?.close();
  await rm(folder, { recursive: true, force: true });
});

/** Opens the page, trains to the end, and goes on. */
async function trainTo(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'Train', exact: true }).click();
  await page.locator('#progress', { hasText: /^Done/ }).waitFor({ timeout: 120_000 });
}

/** What a download holds. */
async function downloaded(page: Page, button: string): Promise<Uint8Array> {
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('button', { name: button }).click(),
  ]);
  return new Uint8Array(await readFile(await download.path()));
}

/** The probabilities that the page shows exactly where it computes them: in what the worker sends. */
async function answersOf(page: Page, text: string): Promise<{ [label: string]: number }> {
  await page.evaluate('window.answers = []');
  await page.fill('#own', text);
  const last = (): Promise<unknown> => page.evaluate('window.answers.at(-1)?.text');
  await expect.poll(last, { timeout: 10_000 }).toBe(text);
  return page.evaluate(
    `(({ labels, probabilities }) => Object.fromEntries(labels.map((label, i) => [label, probabilities[i]])))(window.answers.at(-1))`,
  );
}

/** Lets the page keep what its worker sends, and count the frames in which it was alive. */
const listening = `
  const Own = Worker;
  window.answers = [];
  window.reports = [];
  window.Worker = class extends Own {
    constructor(...given) {
      super(...given);
      this.addEventListener('message', ({ data }) => {
        window.reports.push(data.kind);
        if (data.kind === 'answer') window.answers.push(data);
      });
    }
  };`;

describe('the page', () => {
  test('trains in the tab, stays alive, asks no other host, and gives a file that agrees', async (context) => {
    const browser = requires('chromium', context);
    await withPage(browser, async ({ page, errors, requests }) => {
      await page.addInitScript(listening);
      await page.goto(address);
      expect(await page.textContent('#rows')).toBe('800');
      // Gaps between the turns of a timer: a page that trains itself would have one of its whole length.
      await page.evaluate(`
        window.gaps = [];
        window.last = performance.now();
        setInterval(() => {
          const now = performance.now();
          if (window.watching) window.gaps.push(now - window.last);
          window.last = now;
        }, 20);
        window.watching = true;
      `);
      const before = await picture(page, '#loss-chart');
      await trainTo(page);
      const { gaps, reports } = (await page.evaluate(
        '({ gaps: window.gaps, reports: window.reports })',
      )) as { gaps: number[]; reports: string[] };
      expect(await picture(page, '#loss-chart')).not.toBe(before);
      const steps = reports.filter((kind) => kind === 'step').length;
      const turns = gaps.length;
      console.log(
        `${steps} steps reported while a timer of 20 ms fired ${turns} times, at worst after ${Math.round(Math.max(...gaps))} ms: ${await page.textContent('#progress')}.`,
      );
      expect(steps).toBeGreaterThan(50);
      expect(turns).toBeGreaterThan(steps / 4);

      const archive = unzip(await downloaded(page, 'Download the folder'));
      const student = path.join(folder, 'student');
      for (const { path: file, bytes } of archive) {
        await mkdir(path.dirname(path.join(student, file)), { recursive: true });
        await writeFile(path.join(student, file), bytes);
      }
      const alone = await downloaded(page, 'Only model.onnx');
      expect(alone).toEqual(archive.find((entry) => entry.path === 'onnx/model.onnx')!.bytes);
      const loaded = await loadStudent(student);
      for (const text of [
        'where is my parcel',
        'grüße, das 😀 hilft nicht',
        'x',
        'a'.repeat(900),
      ]) {
        const shown = await answersOf(page, text);
        const [expected] = await loaded.predict([text]);
        expect(Object.keys(shown)).toEqual(Object.keys(expected!.probabilities));
        for (const [label, p] of Object.entries<number>(expected!.probabilities)) {
          expect(Math.abs(shown[label]! - p)).toBeLessThan(1e-5);
        }
      }
      await loaded.dispose();
      const host = new URL(address).host;
      expect(requests.length).toBeGreaterThan(3);
      expect(requests.filter((url) => new URL(url).host !== host)).toEqual([]);
      expect(errors).toEqual([]);
    });
  });

  test('is told to keep to its host by the server, page and worker alike', async (context) => {
    const browser = requires('chromium', context);
    await withPage(browser, async ({ page }) => {
      const policies: string[] = [];
      page.on('response', (response) => {
        if (/\.(?:html|js)$|\/$/.test(new URL(response.url()).pathname)) {
          policies.push(response.headers()['content-security-policy'] ?? 'none');
        }
      });
      await page.goto(address);
      await page.waitForLoadState('networkidle');
      expect(policies.length).toBeGreaterThan(1);
      for (const policy of policies) expect(policy).toContain("connect-src 'self'");
      const refused = await page.evaluate(
        `fetch('http://127.0.0.1:9/').then(() => 'sent', (error) => error.message)`,
      );
      expect(refused).not.toBe('sent');
    });
  });

  test('says what is wrong with texts, stops when told to, and trains again', async (context) => {
    const browser = requires('chromium', context);
    await withPage(browser, async ({ page, errors }) => {
      await page.goto(address);
      const train = page.locator('#train');
      // So many rows that there is time to stop.
      const many = sampleRows(3000).map(({ text, label }) => [text, label]);
      const buffer = Buffer.from(writeCsv({ columns: ['text', 'label'], rows: many }));
      await page.setInputFiles('#file', { name: 'many.csv', mimeType: 'text/csv', buffer });
      await page.locator('#rows', { hasText: '3,000' }).waitFor();
      await train.click();
      await page.locator('#progress', { hasText: /^Step/ }).waitFor();
      await page.getByRole('button', { name: 'Stop' }).click();
      await page.locator('#progress', { hasText: 'Stopped.' }).waitFor();
      expect(await page.locator('#zip').isDisabled()).toBe(true);
      await page.fill('#csv', 'text,label\na,x\nb,x\n');
      expect(await page.textContent('#fault')).toContain('at least two');
      expect(await train.isDisabled()).toBe(true);
      await page.fill('#csv', 'only one column\na\n');
      expect(await page.textContent('#fault')).toContain('one column');
      const rows = Array.from({ length: 60 }, (_, i) =>
        i % 2 ? `"good, day ${i}";no;yes` : `bad night ${i};no;no`,
      );
      await page.fill('#csv', `review;seen;kind\n${rows.join('\n')}\n`);
      expect(await page.inputValue('#text-column')).toBe('0');
      expect(await page.inputValue('#label-column')).toBe('2');
      expect(await page.textContent('#rows')).toBe('60');
      await trainTo(page);
      await page.fill('#own', 'good day to you');
      await page.locator('#label', { hasText: 'yes' }).waitFor();
      expect(errors).toEqual([]);
    });
  });

  test.for([320, 400, 1280])('does not scroll sideways at %i pixels', async (width, context) => {
    const browser = requires('chromium', context);
    await withPage(
      browser,
      async ({ page }) => {
        await page.goto(address);
        const wide = await page.evaluate('document.documentElement.scrollWidth');
        expect(wide).toBeLessThanOrEqual(width);
      },
      { width },
    );
  });
});

/** What an element looks like, as text. */
async function picture(page: Page, selector: string): Promise<string> {
  return (await page.locator(selector).screenshot()).toString('base64');
}
