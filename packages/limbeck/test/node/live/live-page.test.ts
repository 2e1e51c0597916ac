import { once } from 'node:events';
import { type IncomingMessage, request } from 'node:http';
import { connect, createServer, type Socket } from 'node:net';
import { event } from '@limbeck/core';
import { afterEach, describe, expect, test } from 'vitest';
import { withPage } from '../../../../../test-support/chromium.js';
import { requires } from '../../../../../test-support/requires.js';
import { type LivePage, startLivePage } from '../../../src/node/live/start-live-page.js';
import { watched } from '../../../src/node/live/watched.js';

let opened: LivePage[] = [];
afterEach(async () => {
  await Promise.all(opened.map((page) => page.close()));
  opened = [];
});

async function start(
  options: Partial<Parameters<typeof startLivePage>[0]> = {},
): Promise<LivePage> {
  const page = await startLivePage({ name: 'mails', ...options });
  opened.push(page);
  return page;
}

const step = (n: number, more: object = {}) =>
  event('train/step', {
    phase: 'train',
    step: n,
    steps: 100,
    metrics: { loss: 2 / n, softTargets: 1 / n, rate: 0.05, gradientNorm: 1 },
    examplesPerSecond: 1234,
    secondsLeft: 65,
    ...more,
  });

/** Asks with a Host header of one's own, which fetch does not let one set. */
async function ask(url: string, host: string): Promise<{ status: number; body: string }> {
  const asked = request(url, { headers: { host } }).end();
  const [answer] = (await once(asked, 'response')) as [IncomingMessage];
  let body = '';
  for await (const chunk of answer) body += String(chunk);
  return { status: answer.statusCode ?? 0, body };
}

/** Keeps this thread busy, as training in it does. */
function block(ms: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
}

describe('startLivePage', () => {
  test('listens on this machine alone, on the first free port', async () => {
    const [first, second] = [await start(), await start()];
    expect(first.url).toMatch(/^http:\/\/127\.0\.0\.1:47\d\d\/$/u);
    expect(second.url).not.toBe(first.url);
    expect((await fetch(second.url)).status).toBe(200);
  });

  test('says that a port is taken', async () => {
    const holder = createServer().listen(0, '127.0.0.1');
    await once(holder, 'listening');
    const { port } = holder.address() as { port: number };
    try {
      await expect(startLivePage({ name: 'x', port })).rejects.toMatchObject({
        code: 'port-in-use',
        given: `port ${port}, which is taken`,
      });
    } finally {
      holder.close();
    }
  });

  test.each([
    [{ port: -1 }, 'invalid-option'],
    [{ port: 1.5 }, 'invalid-option'],
    [{ host: '203.0.113.7' }, 'io-failed'],
  ])('refuses %j', async (options, code) => {
    await expect(startLivePage({ name: 'x', ...options })).rejects.toMatchObject({ code });
  });

  test('turns away names that are not its own, and serves nothing but the page', async () => {
    const { url } = await start();
    expect(await ask(url, 'evil.example')).toMatchObject({ status: 403 });
    expect(await ask(`${url}events`, 'evil.example')).toMatchObject({ status: 403 });
    expect(await ask(url, 'localhost:1')).toMatchObject({ status: 200 });
    for (const path of [
      'package.json',
      'files/live-worker.js',
      'files/..%2Flive-worker.js',
      'files/',
    ]) {
      expect((await fetch(`${url}${path}`)).status).toBe(404);
    }
    expect((await fetch(url, { method: 'POST' })).status).toBe(404);
    const { headers } = await fetch(url);
    expect(headers.get('content-security-policy')).toContain("frame-ancestors 'none'");
    expect(headers.get('access-control-allow-origin')).toBeNull();
    for (const file of ['uplot.js', 'uplot.css', 'main.js', 'live.css']) {
      expect((await fetch(`${url}files/${file}`)).status).toBe(200);
    }
  });

  test('shows names as text', async () => {
    const { url } = await start({ name: '<img src=x onerror=alert(1)>', steps: ['"><b>'] });
    const page = await (await fetch(url)).text();
    expect(page).not.toContain('<img');
    expect(page).not.toContain('<b>');
  });

  test('replays after the last event that a reader has, and ends the stream with the run', async () => {
    const page = await start();
    for (const n of [1, 2, 3]) page.sink(step(n));
    const all = (await (await readEnd(page)).text()).match(/^id: .*$/gmu)!;
    expect(all).toHaveLength(4);
    expect(all.map((id) => Number(/\d+$/u.exec(id)![0]))).toEqual([1, 2, 3, 4]);
  });

  test('goes on without a word where it was closed already, and with an event that cannot be sent', async () => {
    const lines: string[] = [];
    const logger = { info: () => undefined, warn: (line: string) => void lines.push(line) };
    const page = await start({ logger });
    page.sink({ ...step(1), bad: (() => 1) as unknown as string });
    expect(lines.join()).toContain('could not be sent');
    await page.close();
    page.sink(step(2));
    await page.close();
    await expect(fetch(page.url)).rejects.toThrow('fetch failed');
  });
});

/** Asks for the events, then ends the run. */
async function readEnd(page: LivePage): Promise<Response> {
  const answer = await fetch(`${page.url}events`);
  void page.close({ state: 'done' });
  return answer;
}

describe('watched', () => {
  const logger = { info: () => undefined, warn: () => undefined };
  test.each([
    ['failed', 'step-failed'],
    ['interrupted', 'interrupted'],
  ])('tells the page that the run %s, and passes the error on', async (state, code) => {
    const { LimbeckError } = await import('@limbeck/core');
    const error = new LimbeckError(code as 'interrupted', {
      where: 'w',
      given: 'g',
      expected: 'e',
      next: 'n',
    });
    let text: Promise<string> | undefined;
    const said: string[] = [];
    const told = { ...logger, info: (line: string) => void said.push(line) };
    const work = watched({ name: 'x', steps: [], port: undefined, logger: told }, async () => {
      const url = /http\S+/u.exec(said.join())![0];
      const answer = await fetch(`${url}events`);
      text = answer.text();
      throw error;
    });
    await expect(work).rejects.toBe(error);
    expect(await text).toMatch(new RegExp(`"live/ended".*|"state":"${state}"`, 'u'));
    expect(await text).toContain(`"state":"${state}"`);
  });
});

describe('the live page in a browser', () => {
  test('shows losses, rate, speed, time left, stages and samples, and says how the run ended', async (context) => {
    const browser = requires('chromium', context);
    const live = await start({ steps: ['read', 'train', 'report'] });
    await withPage(browser, async ({ page, errors, requests }) => {
      await page.goto(live.url);
      await page.locator('#waiting').waitFor();
      live.sink(event('pipeline/cached', { step: 'read' }));
      live.sink(event('pipeline/started', { step: 'train', state: 'fresh', why: ['first run'] }));
      for (let n = 1; n <= 40; n += 1) live.sink(step(n));
      live.sink(event('train/evaluated', { step: 40, metrics: { accuracy: 0.875 } }));
      live.sink(
        event('sample/predictions', {
          rows: [
            { text: '<b>cheap</b> pills', label: 'spam', predicted: 'spam', probability: 0.98 },
            { text: 'lunch?', label: 'ham', predicted: 'spam', probability: 0.61 },
          ],
        }),
      );
      await page.locator('.wrong').waitFor();
      expect(await page.title()).toBe('40% · mails');
      expect(await page.locator('#training-name').textContent()).toBe('train');
      expect(await page.locator('#step').textContent()).toBe('40');
      expect(await page.locator('#loss').textContent()).toBe('0.05');
      expect(await page.locator('#loss-detail').textContent()).toBe('at rate 0.05');
      expect(await page.locator('#speed').textContent()).toBe('1,234');
      expect(await page.locator('#left').textContent()).toMatch(/1 min 0\d s/u);
      expect(await page.locator('figure:visible h3').allTextContents()).toEqual([
        'Loss',
        'On held-out data',
        'Learning rate',
        'Gradient norm',
      ]);
      expect(await page.locator('#losses .key').innerText()).toMatch(
        /loss 0\.05\s+soft targets 0\.025/u,
      );
      expect(await page.locator('#losses .plot').getAttribute('aria-label')).toContain(
        'loss from 2 to',
      );
      expect(await page.locator('#stages li').allInnerTexts()).toEqual([
        expect.stringMatching(/read\s+was done before/u),
        expect.stringMatching(/train\s+running, \d+ s/u),
        expect.stringMatching(/report\s+waiting/u),
      ]);
      expect(await page.locator('#sample-rows th').first().innerText()).toBe('<b>cheap</b> pills');
      expect(
        await page.locator('#losses canvas').evaluate((canvas) => {
          const { width, height } = canvas as HTMLCanvasElement;
          const { data } = (canvas as HTMLCanvasElement)
            .getContext('2d')!
            .getImageData(0, 0, width, height);
          return data.some((value) => value > 0);
        }),
      ).toBe(true);

      await live.close({ state: 'failed', message: 'no room on the disk' });
      await page.locator('#status[data-state=failed]').waitFor();
      expect(await page.locator('#status').innerText()).toMatch(
        /The run has failed\. It ended at .*no room on the disk/su,
      );
      expect(await page.title()).toBe('failed · mails');
      expect(await page.locator('#stages .stopped').innerText()).toMatch(/train\s+stopped, \d+ s/u);
      expect(await page.locator('#left').textContent()).toBe('–');
      // What was shown stays.
      expect(await page.locator('#step').textContent()).toBe('40');
      expect(errors).toEqual([]);
      expect(requests.every((url) => url.startsWith(live.url))).toBe(true);
    });
  });

  test('never stutters while the thread that trains is busy, and the server answers', async (context) => {
    const browser = requires('chromium', context);
    const live = await start();
    await withPage(browser, async ({ page, errors }) => {
      await page.goto(live.url);
      live.sink(step(1));
      await page.locator('#now:visible').waitFor();
      // The page counts its own timers' longest pause, and asks the server all the while.
      await page.evaluate(() => {
        const found = { longest: 0, answers: 0, steps: new Set<string>(), last: performance.now() };
        Object.assign(globalThis, { found });
        setInterval(() => {
          found.longest = Math.max(found.longest, performance.now() - found.last);
          found.last = performance.now();
          found.steps.add(document.querySelector('#step')!.textContent ?? '');
          void fetch('/').then((answer) => (found.answers += answer.ok ? 1 : 0));
        }, 50);
      });
      // Training that holds its thread: 10 steps of 200 ms, with an event after each.
      for (let n = 2; n <= 11; n += 1) {
        block(200);
        live.sink(step(n));
      }
      const found = await page.evaluate(() => {
        const { longest, answers, steps } = (
          globalThis as unknown as {
            found: { longest: number; answers: number; steps: Set<string> };
          }
        ).found;
        return { longest, answers, steps: [...steps] };
      });
      // Most steps were seen as they came, not all at the end.
      expect(found.steps.length).toBeGreaterThan(5);
      expect(found.answers).toBeGreaterThan(10);
      expect(found.longest).toBeLessThan(1000);
      expect(errors).toEqual([]);
    });
  });

  test('may be closed and opened again: the run goes on, and the page is told what it missed', async (context) => {
    const browser = requires('chromium', context);
    const live = await start();
    await withPage(browser, async ({ page, context: window }) => {
      await page.goto(live.url);
      live.sink(step(10));
      await page.locator('#now:visible').waitFor();
      await page.close();
      for (let n = 11; n <= 20; n += 1) live.sink(step(n));
      const again = await window.newPage();
      await again.goto(live.url);
      await again.locator('#now:visible').waitFor();
      expect(await again.locator('#step').textContent()).toBe('20');
      expect(await again.locator('#losses .plot').getAttribute('aria-label')).toContain(
        'steps 10 to 20',
      );
    });
  });

  test('finds the run again after the connection was lost, and is told only what it missed', async (context) => {
    const browser = requires('chromium', context);
    const live = await start();
    const between = await cable(Number(new URL(live.url).port));
    try {
      await withPage(browser, async ({ page }) => {
        await page.goto(between.url);
        live.sink(step(1));
        live.sink(step(2));
        await page.locator('#step', { hasText: '2' }).waitFor();
        between.cut();
        live.sink(step(3));
        await page.locator('#step', { hasText: '3' }).waitFor();
        expect(between.asked.at(-1)).toMatch(/^[\da-f]{12}-2$/u);
        expect(await page.locator('#losses .plot').getAttribute('aria-label')).toContain(
          'loss from 2',
        );
      });
    } finally {
      between.close();
    }
  });

  test.for([
    [false, 1280],
    [true, 380],
  ] as const)('can be read (dark: %s, %i pixels wide)', async ([dark, width], context) => {
    const browser = requires('chromium', context);
    const live = await start({ steps: ['read', 'train'] });
    live.sink(event('pipeline/started', { step: 'train', why: [] }));
    for (let n = 1; n <= 5; n += 1) live.sink(step(n));
    live.sink(event('train/skipped', { level: 'warn', given: 'loss NaN' }));
    live.sink(
      event('sample/predictions', {
        rows: [{ text: 'x', label: 'a', predicted: 'b', probability: 0.5 }],
      }),
    );
    await withPage(
      browser,
      async ({ page }) => {
        await page.goto(live.url);
        await page.locator('#message-list li').waitFor();
        const found = await page.evaluate(measurePage);
        expect(Math.min(...found.contrasts)).toBeGreaterThan(4.5);
        expect(found.contrasts.length).toBeGreaterThan(20);
        expect(found).toMatchObject({
          wide: width,
          unnamed: 0,
          uncaptioned: 0,
          doubled: 0,
          landmarks: [1, 1, 1],
        });
        found.levels.forEach((level, i) =>
          expect(level - (found.levels[i - 1] ?? 0)).toBeLessThanOrEqual(1),
        );
      },
      { dark, width, height: 800 },
    );
  });
});

/** A cable to a port that can be cut: what is said on it so far is kept, and new calls go through. */
async function cable(port: number) {
  const sockets = new Set<Socket>();
  const asked: string[] = [];
  const server = createServer((here) => {
    const there = connect(port, '127.0.0.1');
    for (const socket of [here, there]) {
      sockets.add(socket);
      socket.on('error', () => socket.destroy()).on('close', () => sockets.delete(socket));
    }
    here.on('data', (data: Buffer) => {
      const [, id] = /^last-event-id: (.*)$/imu.exec(data.toString()) ?? [];
      if (id !== undefined) asked.push(id.trim());
    });
    here.pipe(there).pipe(here);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as { port: number }).port}/`,
    asked,
    cut: () => sockets.forEach((socket) => socket.destroy()),
    close: () => {
      server.close();
      for (const socket of sockets) socket.destroy();
    },
  };
}

/** In the page: the contrast of each visible text with what lies behind it, and what a screen reader needs. */
function measurePage() {
  const all = (selector: string): HTMLElement[] => [
    ...document.querySelectorAll<HTMLElement>(selector),
  ];
  const visible = (element: HTMLElement): boolean =>
    element.checkVisibility() && element.getClientRects().length > 0;
  const parts = (css: string): number[] => (css.match(/[\d.]+/gu) ?? []).map(Number);
  const luminance = (css: string): number => {
    const [r, g, b] = parts(css)
      .slice(0, 3)
      .map((c) => (c / 255 <= 0.03928 ? c / 255 / 12.92 : ((c / 255 + 0.055) / 1.055) ** 2.4));
    return 0.2126 * r! + 0.7152 * g! + 0.0722 * b!;
  };
  const behind = (element: HTMLElement | null): string => {
    for (let at = element; at !== null; at = at.parentElement) {
      const css = getComputedStyle(at).backgroundColor;
      if ((parts(css)[3] ?? 1) > 0) return css;
    }
    return 'rgb(255, 255, 255)';
  };
  const texts = all('body *').filter(
    (element) =>
      visible(element) &&
      !element.classList.contains('skip') &&
      [...element.childNodes].some(
        (node) => node.nodeType === 3 && (node.textContent ?? '').trim() !== '',
      ),
  );
  const ids = all('[id]').map(({ id }) => id);
  return {
    contrasts: texts.map((element) => {
      const [a, b] = [luminance(getComputedStyle(element).color), luminance(behind(element))];
      return (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
    }),
    wide: document.documentElement.scrollWidth,
    unnamed: all('[role=region], [role=img], section, select, progress').filter(
      (one) =>
        !one.getAttribute('aria-label') &&
        !one.getAttribute('aria-labelledby') &&
        document.querySelector(`label[for="${one.id}"]`) === null,
    ).length,
    uncaptioned: all('table').filter((table) => !table.querySelector('caption')).length,
    doubled: ids.length - new Set(ids).size,
    landmarks: ['main', 'header', 'footer'].map((name) => all(`body > ${name}`).length),
    levels: all('h1, h2, h3')
      .filter(visible)
      .map(({ tagName }) => Number(tagName[1])),
  };
}
