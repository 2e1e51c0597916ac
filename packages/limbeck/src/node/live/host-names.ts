import { isIP } from 'node:net';

/**
 * Whether a request's Host header names this server. A page elsewhere may point a name of its own to 127.0.0.1 and read
 * what is served there (DNS rebinding): only addresses, `localhost` and the host that was asked for pass. The port is
 * free, so that a tunnel may have another.
 */
export function isOwnHost(header: string | undefined, host: string): boolean {
  if (header === undefined) return false;
  const match = /^(\[[\da-f:.]+\]|[^:[\]]+)(?::\d{1,5})?$/iu.exec(header);
  const name = match?.[1]?.toLowerCase().replace(/^\[|\]$/gu, '');
  if (name === undefined) return false;
  return name === 'localhost' || name === host.toLowerCase() || isIP(name) !== 0;
}
