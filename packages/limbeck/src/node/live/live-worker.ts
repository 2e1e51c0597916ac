import { randomBytes } from 'node:crypto';
import type { Server } from 'node:http';
import { parentPort, workerData } from 'node:worker_threads';
import { createAdaptorServer } from '@hono/node-server';
import { type Event, isLimbeckError, type JsonObject, type LimbeckError } from '@limbeck/core';
import { Feed } from './feed.js';
import { listen } from './listen.js';
import { liveApp } from './live-app.js';

/** What the worker is started with. */
export interface LiveOrder {
  /** What the page is about. */
  readonly name: string;
  /** The steps that the run has, as far as they are known before. */
  readonly steps: readonly string[];
  /** The address to listen on. */
  readonly host: string;
  /** The port that is asked for. */
  readonly port: number | undefined;
}

/** What the worker is told. */
export type ToLive =
  | { readonly kind: 'event'; readonly event: Event }
  | { readonly kind: 'end'; readonly fields: JsonObject };

/** What the worker says. */
export type FromLive =
  | { readonly kind: 'ready'; readonly port: number }
  | { readonly kind: 'closed' }
  | {
      readonly kind: 'failed';
      readonly code: LimbeckError['code'] | undefined;
      readonly details: { readonly [part: string]: string };
    };

/** How long readers may take to get the last events, in milliseconds. */
const graceMs = 1500;

if (parentPort !== null) await serve(workerData as LiveOrder);

async function serve(order: LiveOrder): Promise<void> {
  const { host, port } = order;
  const feed = new Feed(randomBytes(6).toString('hex'));
  const app = liveApp({ ...order, feed });
  const server = createAdaptorServer({ fetch: app.fetch, hostname: host }) as Server;
  try {
    say({ kind: 'ready', port: await listen(server, host, port) });
  } catch (error) {
    say(failure(error));
    parentPort?.close();
    return;
  }
  parentPort?.on('message', (message: ToLive) => {
    if (message.kind === 'event') feed.add(message.event);
    else void close(server, feed, message.fields);
  });
}

/** Gives readers the last events, then lets go of the port. */
async function close(server: Server, feed: Feed, fields: JsonObject): Promise<void> {
  feed.end(fields);
  const until = Date.now() + graceMs;
  while (feed.readers > 0 && Date.now() < until) {
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  await new Promise<void>((resolve) => {
    server.close(() => resolve());
    server.closeIdleConnections();
    setTimeout(() => server.closeAllConnections(), 200);
  });
  say({ kind: 'closed' });
  parentPort?.close();
}

function say(message: FromLive): void {
  parentPort?.postMessage(message, []);
}

function failure(error: unknown): FromLive {
  if (!isLimbeckError(error)) {
    return { kind: 'failed', code: undefined, details: { given: String(error) } };
  }
  const { code, where, given, expected, next } = error;
  return { kind: 'failed', code, details: { where, given, expected, next } };
}
