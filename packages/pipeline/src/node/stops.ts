import { LimbeckError } from '@limbeck/core';

/** All that can stop a run before its end. */
export interface Stops {
  /** Aborted, with the error to throw as its reason, as soon as something stops the run. */
  readonly abortSignal: AbortSignal;
  /** Stops the run for a fault outside the step, such as a disk that takes no more events. */
  stop(reason: LimbeckError): void;
  /** Stops watching. */
  dispose(): void;
}

/**
 * Watches for Ctrl-C, a polite kill and the caller's abort signal. The second Ctrl-C ends the process at once, as
 * whoever presses it twice expects; nothing finished is lost by that.
 */
export function watchStops(options: {
  readonly handleSignals?: boolean;
  readonly resumeWith?: string;
  readonly abortSignal?: AbortSignal | undefined;
}): Stops {
  const { handleSignals = true, resumeWith = 'the same command', abortSignal } = options;
  const controller = new AbortController();
  const next = `Go on with ${resumeWith}: finished steps are kept, and the unfinished one goes on from what it saved.`;

  const onAbort = (): void => {
    const given = 'an aborted signal';
    const details = { where: 'runPipeline', given, expected: 'a run to its end', next };
    controller.abort(new LimbeckError('aborted', { ...details, cause: abortSignal?.reason }));
  };
  if (abortSignal?.aborted === true) onAbort();
  abortSignal?.addEventListener('abort', onAbort, { once: true });

  let asked = false;
  const handlers = (['SIGINT', 'SIGTERM'] as const).map((name) => {
    const handle = (): void => {
      // 128 + the signal's number, as shells report it.
      if (asked) process.exit(name === 'SIGINT' ? 130 : 143);
      asked = true;
      const details = { where: 'runPipeline', given: name, expected: 'a run to its end', next };
      controller.abort(new LimbeckError('interrupted', details));
    };
    if (handleSignals) process.on(name, handle);
    return [name, handle] as const;
  });

  return {
    abortSignal: controller.signal,
    stop: (reason) => controller.abort(reason),
    dispose() {
      abortSignal?.removeEventListener('abort', onAbort);
      for (const [name, handle] of handlers) process.off(name, handle);
    },
  };
}
