import { type EventSink, isLimbeckError, type Logger } from '@limbeck/core';
import { startLivePage } from './start-live-page.js';

/** What {@link watched} needs to know. */
export interface WatchOptions {
  /** What the page is about. */
  readonly name: string;
  /** The steps of the run, in order. */
  readonly steps: readonly string[];
  /** The port that is asked for. */
  readonly port: number | undefined;
  /** Says where the page is. */
  readonly logger: Logger;
}

/** Does some work while a page shows it, and tells the page how it ended. */
export async function watched<T>(
  options: WatchOptions,
  work: (onEvent: EventSink) => Promise<T>,
): Promise<T> {
  const page = await startLivePage(options);
  options.logger.info(`Watch it at ${page.url}`);
  try {
    const result = await work(page.sink);
    await page.close({ state: 'done' });
    return result;
  } catch (error) {
    const stopped = isLimbeckError(error, 'interrupted') || isLimbeckError(error, 'aborted');
    const message = error instanceof Error ? error.message : String(error);
    await page.close({ state: stopped ? 'interrupted' : 'failed', message });
    throw error;
  }
}
