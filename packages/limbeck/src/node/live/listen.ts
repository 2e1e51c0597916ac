import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { LimbeckError } from '@limbeck/core';

/** The first port that is tried where none is asked for. */
const firstPort = 4750;
/** How many are tried. */
const tries = 20;

/**
 * Has a server listen: on the port that is asked for, or on the first free one from 4750 on.
 *
 * @returns the port
 * @throws LimbeckError `port-in-use` if the port, or each of those tried, is taken; `io-failed` for an address that is
 * not this machine's
 */
export async function listen(
  server: Server,
  host: string,
  port: number | undefined,
): Promise<number> {
  const ports =
    port === undefined ? Array.from({ length: tries }, (_, i) => firstPort + i) : [port];
  for (const one of ports) {
    const code = await attempt(server, host, one);
    if (code === undefined) return (server.address() as AddressInfo).port;
    if (code !== 'EADDRINUSE') throw refused(host, one, code);
  }
  throw new LimbeckError('port-in-use', {
    where: 'startLivePage',
    given:
      port === undefined
        ? `the ports ${firstPort} to ${firstPort + tries - 1}, all taken`
        : `port ${port}, which is taken`,
    expected: 'a port that nobody listens on',
    next:
      port === undefined
        ? 'Name another with --port, or end a program that holds one of them.'
        : 'Name another, or none, to take the first free one.',
  });
}

/** What kept the server from listening, if something did. */
function attempt(server: Server, host: string, port: number): Promise<string | undefined> {
  return new Promise((resolve) => {
    const failed = (error: NodeJS.ErrnoException): void => {
      server.off('listening', listening);
      resolve(error.code ?? error.message);
    };
    const listening = (): void => {
      server.off('error', failed);
      resolve(undefined);
    };
    server.once('error', failed);
    server.once('listening', listening);
    server.listen(port, host);
  });
}

function refused(host: string, port: number, code: string): LimbeckError {
  return new LimbeckError('io-failed', {
    where: 'startLivePage',
    given: `${host}, port ${port} (${code})`,
    expected: 'an address of this machine, and a port that this user may take',
    next: 'Leave out the host for 127.0.0.1, and take a port of 1024 or more.',
  });
}
