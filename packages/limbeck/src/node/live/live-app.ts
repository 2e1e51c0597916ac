import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { Hono } from 'hono';
import { stream } from 'hono/streaming';
import type { Feed } from './feed.js';
import { isOwnHost } from './host-names.js';
import { livePage } from './page.js';
import { pageStyle } from './page-style.js';

/** What {@link liveApp} serves. */
export interface LiveAppOptions {
  /** What the page is about. */
  readonly name: string;
  /** The steps that the run has, as far as they are known before. */
  readonly steps: readonly string[];
  /** The host that was asked for. */
  readonly host: string;
  /** The events. */
  readonly feed: Feed;
}

// Only what this server sends itself may run or be drawn, and nobody may put the page in a frame.
const policy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "connect-src 'self'",
  'img-src data:',
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

const text = { 'Content-Type': 'text/plain; charset=utf-8' };

/** The page, its scripts and its stream of events; nothing else, and nothing that changes the run. */
export function liveApp(options: LiveAppOptions): Hono {
  const { name, steps, host, feed } = options;
  const app = new Hono();

  app.use(async (context, next) => {
    if (!isOwnHost(context.req.header('host'), host)) {
      return context.text('This page is served under 127.0.0.1 and localhost only.\n', 403);
    }
    await next();
    context.header('Content-Security-Policy', policy);
    context.header('X-Content-Type-Options', 'nosniff');
    context.header('Referrer-Policy', 'no-referrer');
    context.header('Cross-Origin-Resource-Policy', 'same-origin');
    context.header('Cache-Control', 'no-store');
    return undefined;
  });

  app.get('/', (context) => context.html(livePage(name, steps)));

  app.get('/events', (context) => {
    const from = context.req.header('last-event-id') ?? context.req.query('after');
    context.header('Content-Type', 'text/event-stream; charset=utf-8');
    context.header('X-Accel-Buffering', 'no');
    return stream(context, async (out) => {
      const gone = new AbortController();
      out.onAbort(() => gone.abort());
      for await (const chunk of feed.read(from, gone.signal)) await out.write(chunk);
    });
  });

  app.get('/files/live.css', (context) =>
    context.body(pageStyle, 200, { 'Content-Type': 'text/css; charset=utf-8' }),
  );

  app.get('/files/:file', async (context) => {
    const file = context.req.param('file');
    const found = fileOf(file);
    if (found === undefined) return context.text('There is no such file.\n', 404, text);
    const type = file.endsWith('.css') ? 'text/css' : 'text/javascript';
    return context.body(await readFile(found, 'utf8'), 200, {
      'Content-Type': `${type}; charset=utf-8`,
    });
  });

  app.notFound((context) => context.text('There is nothing here but the page at /.\n', 404, text));
  return app;
}

const own = new Set(
  ['main', 'chart', 'charts', 'state', 'stages', 'view', 'words'].map((name) => `${name}.js`),
);

/** Where a file of the page lies: our own modules beside this one, uPlot's in its package. */
function fileOf(file: string): string | undefined {
  if (own.has(file)) return fileURLToPath(new URL(`./client/${file}`, import.meta.url));
  const { resolve } = createRequire(import.meta.url);
  if (file === 'uplot.js') return resolve('uplot/dist/uPlot.iife.min.js');
  if (file === 'uplot.css') return resolve('uplot/dist/uPlot.min.css');
  return undefined;
}
