/** What {@link onInterrupt} gives back. */
export interface Interrupt {
  /** Set off by the first Ctrl-C or SIGTERM: pass it to `train`, which then saves and stops. */
  readonly abortSignal: AbortSignal;
  /** Gives the signals back to the process. */
  dispose(): void;
}

/** Options of {@link onInterrupt}. */
export interface InterruptOptions {
  /** How to go on, such as the command to type; printed at the first Ctrl-C. @defaultValue 'Run the same command again to go on.' */
  readonly howToGoOn?: string;
  /** Takes the line. @defaultValue standard error */
  readonly print?: (line: string) => void;
}

/**
 * Turns Ctrl-C and SIGTERM into an abort, so that a run saves what it has and says how to go on. A second Ctrl-C ends
 * the process at once, with status 130; the checkpoint before is whole.
 *
 * @example
 * ```ts
 * import { onInterrupt } from '@limbeck/train/node';
 *
 * const interrupt = onInterrupt({ howToGoOn: 'npm start goes on from here.' });
 * console.log(interrupt.abortSignal.aborted); // false
 * interrupt.dispose();
 * ```
 */
export function onInterrupt(options: InterruptOptions = {}): Interrupt {
  const { howToGoOn = 'Run the same command again to go on.' } = options;
  const { print = (line: string) => void process.stderr.write(`${line}\n`) } = options;
  const controller = new AbortController();
  const handle = (signal: NodeJS.Signals): void => {
    if (controller.signal.aborted) process.exit(signal === 'SIGTERM' ? 143 : 130);
    print(`Saving and stopping; once more to stop at once. ${howToGoOn}`);
    controller.abort(signal);
  };
  process.on('SIGINT', handle);
  process.on('SIGTERM', handle);
  return {
    abortSignal: controller.signal,
    dispose: () => {
      process.off('SIGINT', handle);
      process.off('SIGTERM', handle);
    },
  };
}
