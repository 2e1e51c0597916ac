/** A way to another thread: a `Worker`, the inside of one, or a `MessagePort`, of a browser or of Node. */
export interface StudentPort {
  /** Sends a message, which is cloned; nothing is handed over. */
  postMessage(message: unknown, transfer: []): void;
  /** Browsers' way of listening. */
  addEventListener?(type: string, listener: (event: object) => void): void;
  /** Node's way of listening. */
  on?(type: string, listener: (message: unknown) => void): unknown;
  /** Keeps Node's process alive. */
  ref?(): void;
  /** Lets Node's process end. */
  unref?(): void;
}

/** Listens to messages, and to what ends the other side. */
export function listen(
  port: StudentPort,
  message: (data: unknown) => void,
  ended: (cause: unknown) => void = () => undefined,
): void {
  if (port.on !== undefined) {
    port.on('message', message);
    port.on('error', ended);
    port.on('close', () => ended(closed()));
    port.on('exit', (code) => ended(new Error(`the worker ended with code ${String(code)}`)));
    return;
  }
  port.addEventListener?.('message', (event) => message((event as { data?: unknown }).data));
  port.addEventListener?.('error', (event) =>
    ended(new Error((event as { message?: string }).message ?? 'the worker failed')),
  );
  port.addEventListener?.('close', () => ended(closed()));
  // A MessagePort holds its messages back until it is started.
  (port as { start?(): void }).start?.();
}

function closed(): Error {
  return new Error('the other end of the port was closed');
}
