import type { Logger } from '@limbeck/core';

/** Writes lines for people to stderr, so that stdout stays free for results. */
export function stderrLogger(): Logger {
  const write = (message: string): void => void process.stderr.write(`${message}\n`);
  return { info: write, warn: write };
}
