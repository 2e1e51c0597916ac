import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { type BrowserContext, chromium, type Page } from 'playwright-core';
import { chromiumFlags } from './chromium-flags.js';

/** A page in a headless browser with a profile of its own, and what went wrong in it so far. */
export interface OpenedPage {
  readonly page: Page;
  readonly context: BrowserContext;
  /** Uncaught exceptions and console errors, in order. */
  readonly errors: readonly string[];
  /** Addresses the page asked for other than `file:`, `data:` and `blob:`. */
  readonly requests: readonly string[];
}

/**
 * Runs a function with a fresh page of the browser at `executablePath` (from `requires('chromium', context)`), then
 * closes the browser and removes its profile.
 */
export async function withPage<Result>(
  executablePath: string,
  use: (opened: OpenedPage) => Promise<Result>,
  options: { readonly width?: number; readonly height?: number; readonly dark?: boolean } = {},
): Promise<Result> {
  const { width = 1280, height = 900, dark = false } = options;
  const profile = await mkdtemp(path.join(os.tmpdir(), 'limbeck-chromium-'));
  const context = await chromium.launchPersistentContext(profile, {
    executablePath,
    headless: true,
    args: [...chromiumFlags],
    viewport: { width, height },
    colorScheme: dark ? 'dark' : 'light',
  });
  try {
    const page = await context.newPage();
    const errors: string[] = [];
    const requests: string[] = [];
    page.on('pageerror', (error) => errors.push(error.message));
    page.on('console', (message) => {
      if (message.type() === 'error') errors.push(message.text());
    });
    page.on('request', (request) => {
      if (!/^(file|data|blob):/.test(request.url())) requests.push(request.url());
    });
    return await use({ page, context, errors, requests });
  } finally {
    await context.close();
    await rm(profile, { recursive: true, force: true });
  }
}
