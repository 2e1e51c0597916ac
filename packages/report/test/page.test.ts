import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { compareRuns, renderComparison, renderReport } from '@limbeck/report';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { withPage } from '../../../test-support/chromium.js';
import { requires } from '../../../test-support/requires.js';
import { simulatedReport, smallestReport } from './fixture.js';
import { measurePage } from './measure-page.js';
import { spamReport } from './spam-fixture.js';

let folder: string;
let address: string;

beforeAll(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'limbeck-report-'));
  const file = path.join(folder, 'report.html');
  await writeFile(file, await renderReport(simulatedReport()));
  address = pathToFileURL(file).href;
});

afterAll(() => rm(folder, { recursive: true, force: true }));

describe('the page in a browser', () => {
  test('opens without an error, without a request, and without a script', async (context) => {
    const browser = requires('chromium', context);
    await withPage(browser, async ({ page, errors, requests }) => {
      const dialogs: string[] = [];
      page.on('dialog', (dialog) => {
        dialogs.push(dialog.message());
        void dialog.dismiss();
      });
      await page.goto(address);
      expect(errors).toEqual([]);
      expect(requests).toEqual([]);
      expect(dialogs).toEqual([]);
      expect(await page.locator('script').count()).toBe(0);
      // The text of a mistake stands there as text.
      const texts = await page.locator('.mistake pre').allTextContents();
      expect(texts).toContain('<script>alert("x")</script>\n<p class="a">1 < 2 && 3 > 2</p>');
    });
  });

  test('draws every chart, each named, with something in it', async (context) => {
    const browser = requires('chromium', context);
    await withPage(browser, async ({ page }) => {
      await page.goto(address);
      const charts = await page.locator('svg.chart').evaluateAll((all) =>
        all.map((chart) => {
          const named = (chart.getAttribute('aria-labelledby') ?? '').split(' ');
          const box = chart.getBoundingClientRect();
          return {
            id: named[0]!.replace(/-title$/u, ''),
            named: named.every(
              (id) => (document.querySelector(`#${id}`)?.textContent ?? '') !== '',
            ),
            role: chart.getAttribute('role'),
            marks: chart.querySelectorAll('path, text, line, rect').length,
            drawn: box.width > 100 && box.height > 50,
          };
        }),
      );
      expect(charts.map(({ id }) => id)).toEqual([
        'label-efficiency',
        'accuracy-size',
        'accuracy-latency',
        'slices-1',
        'slices-2',
        'slices-3',
        'confusion-1',
        'reliability-1',
        'reliability-2',
        'reliability-3',
        'training-1',
        'training-2',
      ]);
      for (const chart of charts) {
        expect(chart).toMatchObject({ named: true, role: 'img', drawn: true });
        expect(chart.marks).toBeGreaterThan(10);
      }
    });
  });

  test('has a language, one h1, headings in order, named tables, regions and unique ids', async (context) => {
    const browser = requires('chromium', context);
    await withPage(browser, async ({ page }) => {
      await page.goto(address);
      const found = await page.evaluate(() => {
        const all = (selector: string): Element[] => [...document.querySelectorAll(selector)];
        const ids = all('[id]').map((element) => element.id);
        return {
          lang: document.documentElement.lang,
          title: document.title,
          levels: all('h1, h2, h3, h4').map((heading) => Number(heading.tagName[1])),
          emptyHeadings: all('h1, h2, h3').filter((h) => h.textContent?.trim() === '').length,
          tables: all('table').length,
          uncaptioned: all('table').filter((t) => !t.querySelector('caption')?.textContent?.trim())
            .length,
          unscoped: all('th:not([scope])').length,
          headless: all('table').filter((t) => !t.querySelector('thead th[scope=col]')).length,
          rowless: all('tbody tr').filter((row) => !row.querySelector('th[scope]')).length,
          unnamedRegions: all('[role=region], nav, section').filter(
            (r) => !r.getAttribute('aria-label') && !r.getAttribute('aria-labelledby'),
          ).length,
          scrollersWithoutKeyboard: all('.scroll, pre').filter(
            (s) => (s as HTMLElement).tabIndex !== 0,
          ).length,
          deadLinks: all('a[href^="#"]').filter(
            (a) => !document.querySelector(a.getAttribute('href')!),
          ).length,
          landmarks: ['main', 'nav', 'footer'].map((name) => all(name).length),
          images: all('img').length,
          doubled: ids.length - new Set(ids).size,
        };
      });
      expect(found).toMatchObject({
        lang: 'en',
        title: 'Which language is this snippet? · distillation report',
        emptyHeadings: 0,
        uncaptioned: 0,
        unscoped: 0,
        headless: 0,
        rowless: 0,
        unnamedRegions: 0,
        scrollersWithoutKeyboard: 0,
        deadLinks: 0,
        landmarks: [1, 1, 1],
        images: 0,
        doubled: 0,
      });
      expect(found.tables).toBeGreaterThan(6);
      expect(found.levels.filter((level) => level === 1)).toHaveLength(1);
      found.levels.forEach((level, i) => {
        expect(level - (found.levels[i - 1] ?? 0)).toBeLessThanOrEqual(1);
      });
    });
  });

  test('can be read in light and dark, charts too', async (context) => {
    const browser = requires('chromium', context);
    const look = (dark: boolean) =>
      withPage(
        browser,
        async ({ page }) => {
          await page.goto(address);
          return page.evaluate(() => {
            const rgb = (css: string): number[] =>
              (css.match(/[\d.]+/gu) ?? []).slice(0, 3).map(Number);
            const luminance = (css: string): number => {
              const [r, g, b] = rgb(css).map((c) => {
                const s = c / 255;
                return s <= 0.03928 ? s / 12.92 : ((s + 0.055) / 1.055) ** 2.4;
              }) as [number, number, number];
              return 0.2126 * r + 0.7152 * g + 0.0722 * b;
            };
            const paper = luminance(getComputedStyle(document.body).backgroundColor);
            const contrast = (css: string): number => {
              const it = luminance(css);
              return (Math.max(it, paper) + 0.05) / (Math.min(it, paper) + 0.05);
            };
            const texts = [
              'h1',
              'p.summary',
              'nav a',
              '.eyebrow',
              'td',
              '.under',
              'summary',
              'figcaption',
            ];
            return {
              paper,
              contrasts: texts.map((selector) =>
                contrast(getComputedStyle(document.querySelector(selector)!).color),
              ),
              labels: [...document.querySelectorAll('#systems svg text')].map((text) =>
                contrast(getComputedStyle(text).fill),
              ),
            };
          });
        },
        { dark },
      );
    const light = await look(false);
    const dark = await look(true);
    expect(light.paper).toBeGreaterThan(0.8);
    expect(dark.paper).toBeLessThan(0.05);
    // WCAG 2.2 asks for 4.5 of text.
    for (const { contrasts, labels } of [light, dark]) {
      expect(Math.min(...contrasts)).toBeGreaterThan(4.5);
      expect(labels.length).toBeGreaterThan(10);
      expect(Math.min(...labels)).toBeGreaterThan(4.5);
    }
  });

  test('does not scroll sideways on a phone, and the keyboard reaches the report first', async (context) => {
    const browser = requires('chromium', context);
    await withPage(
      browser,
      async ({ page }) => {
        await page.goto(address);
        const wide = await page.evaluate(() => document.documentElement.scrollWidth);
        expect(wide).toBe(360);
        await page.keyboard.press('Tab');
        expect(await page.evaluate(() => document.activeElement?.textContent)).toBe(
          'Skip to the report',
        );
        await page.locator('summary').first().focus();
        await page.keyboard.press('Enter');
        expect(await page.locator('details[open]').count()).toBe(1);
      },
      { width: 360, height: 780 },
    );
  });

  test('of the smallest report is whole too', async (context) => {
    const browser = requires('chromium', context);
    await withPage(browser, async ({ page, errors }) => {
      await page.setContent(await renderReport(smallestReport()));
      expect(await page.locator('h1').textContent()).toContain('smallest');
      expect(await page.locator('h2').allTextContents()).toEqual([
        'Systems',
        'What it cost',
        'For the record',
      ]);
      expect(errors).toEqual([]);
    });
  });
});

describe('every page, in light and dark, wide and on a phone', () => {
  const pages: { readonly [name: string]: () => Promise<string> } = {
    'a run with everything': () => renderReport(spamReport()),
    'a run with hardly anything': () => renderReport(smallestReport()),
    'two runs that are paired': () =>
      renderComparison(
        compareRuns(
          { label: 'mails-1f2e9c01', report: spamReport(), config: { epochs: 3 } },
          { label: 'mails-77aa02bd', report: spamReport({ skill: 3.2 }), config: { epochs: 4 } },
        ),
      ),
  };

  test.for([
    ['a run with everything', false, 1280],
    ['a run with everything', true, 380],
    ['a run with hardly anything', true, 1280],
    ['two runs that are paired', true, 1280],
    ['two runs that are paired', false, 380],
  ] as const)('%s (dark: %s, %i pixels wide)', async ([name, dark, width], context) => {
    const browser = requires('chromium', context);
    const file = path.join(folder, `${name}.html`);
    await writeFile(file, await pages[name]!());
    await withPage(
      browser,
      async ({ page, errors, requests }) => {
        await page.goto(pathToFileURL(file).href);
        const found = await page.evaluate(measurePage);
        // WCAG 2.2 asks for 4.5 of text.
        expect(found.faint).toEqual([]);
        expect(found.texts).toBeGreaterThan(30);
        expect(found).toMatchObject({
          wide: width,
          h1: 1,
          skipped: [],
          uncaptioned: 0,
          unscoped: 0,
          unnamed: [],
          doubled: [],
          dead: [],
          unreachable: 0,
          landmarks: [1, 1, 1],
        });
        // The first stops of the keyboard can be seen.
        for (let i = 0; i < 4; i += 1) {
          await page.keyboard.press('Tab');
          const outline = await page.evaluate(() => {
            const { outlineStyle, outlineWidth } = getComputedStyle(document.activeElement!);
            return `${outlineStyle} ${outlineWidth}`;
          });
          expect(outline).toBe('solid 2px');
        }
        expect([...errors, ...requests]).toEqual([]);
      },
      { dark, width, height: 800 },
    );
  });

  test('a run with everything shows risk, doubtful labels, data and the front', async (context) => {
    const browser = requires('chromium', context);
    await withPage(browser, async ({ page }) => {
      await page.setContent(await renderReport(spamReport()));
      expect(await page.locator('h2').allTextContents()).toEqual([
        'Systems',
        'Where it is strong and weak',
        'What it confuses',
        'Its surest mistakes',
        'Labels to look at again',
        'Can its confidence be trusted?',
        'Training',
        'What it learnt from',
        'What it cost',
        'For the record',
      ]);
      expect(await page.locator('#accuracy-size-description').textContent()).toContain(
        'Nothing smaller is as accurate as conv student, teacher.',
      );
      expect(await page.locator('#label-errors').textContent()).toContain('How they were found');
      expect(await page.locator('#data td').allTextContents()).toContain('2,231');
      expect(await page.locator('#risk-coverage-description').textContent()).toMatch(
        /^conv student errs on \d/u,
      );
      // Prose is wrapped, code is not.
      const prose = page.locator('.mistake .prose').first();
      expect(await prose.evaluate((one) => one.scrollWidth <= one.clientWidth)).toBe(true);
    });
  });

  test('a run of one system with no chart but the confusion still draws it', async (context) => {
    const browser = requires('chromium', context);
    const report = {
      ...smallestReport(),
      confusion: [
        {
          system: 'student',
          classes: ['a', 'b'],
          counts: [
            [1, 0],
            [1, 0],
          ],
        },
      ],
    };
    await withPage(browser, async ({ page }) => {
      await page.setContent(await renderReport(report));
      expect(await page.locator('svg.chart').count()).toBe(1);
      expect(await page.locator('#confusion').textContent()).toContain('b taken for a');
    });
  });
});
