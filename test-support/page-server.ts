import { readFileSync, realpathSync, statSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';

const types: { readonly [extension: string]: string } = {
  '.js': 'text/javascript',
  '.mjs': 'text/javascript',
  '.wasm': 'application/wasm',
  '.html': 'text/html; charset=utf-8',
};

/** What {@link servePage} serves. */
export interface PageOptions {
  /** Packages that modules may import by name: the folder of each, as installed. Workspace packages must be built. */
  readonly packages: readonly string[];
  /** Folders of other files, by the first part of their address. @defaultValue none */
  readonly folders?: { readonly [prefix: string]: string };
  /** Bytes or text by address, such as `/step.onnx`. @defaultValue none */
  readonly files?: { readonly [address: string]: Uint8Array | string };
  /** Whether the page is cross-origin isolated, so that threads may share memory. @defaultValue true */
  readonly isolated?: boolean;
}

/** A page on this machine. */
export interface ServedPage {
  /** Its address: an empty page with an import map. */
  readonly url: string;
  /** Ends the server. */
  close(): Promise<void>;
}

interface Manifest {
  readonly name: string;
  readonly exports?: { readonly [subpath: string]: unknown };
  /** What bundlers take of a package without `exports`. */
  readonly module?: string;
}

/** The file that a browser without a bundler takes for one entry of `exports`. */
function moduleOf(target: unknown): string | undefined {
  if (typeof target === 'string') return target.endsWith('js') ? target : undefined;
  if (typeof target !== 'object' || target === null) return undefined;
  const { import: esm, default: other } = target as { readonly [condition: string]: unknown };
  return moduleOf(esm) ?? moduleOf(other);
}

function importsOf(folder: string, at: string): [name: string, address: string][] {
  const manifest = JSON.parse(readFileSync(path.join(folder, 'package.json'), 'utf8')) as Manifest;
  return Object.entries(manifest.exports ?? { '.': manifest.module }).flatMap(
    ([subpath, target]) => {
      const file = moduleOf(target);
      if (file === undefined || subpath.endsWith('/node')) return [];
      return [[path.posix.join(manifest.name, subpath), path.posix.join(at, file)]];
    },
  );
}

/** Serves a page whose modules are files as they are installed and built, without a bundler, over a port that is free. */
export async function servePage(options: PageOptions): Promise<ServedPage> {
  const { packages, folders = {}, files = {}, isolated = true } = options;
  const served = new Map(
    Object.entries(folders).map(([prefix, folder]) => [`/${prefix}/`, realpathSync(folder)]),
  );
  const imports = packages.flatMap((folder, i) => {
    served.set(`/package-${i}/`, realpathSync(folder));
    return importsOf(folder, `/package-${i}`);
  });
  const html = `<!doctype html><meta charset="utf-8"><title>Page</title><link rel="icon" href="data:,">
<script type="importmap">${JSON.stringify({ imports: Object.fromEntries(imports) })}</script>`;
  const all = { '/': html, ...files };

  const find = async (address: string): Promise<Uint8Array | string | undefined> => {
    if (Object.hasOwn(all, address)) return all[address as keyof typeof all];
    for (const [prefix, folder] of served) {
      if (!address.startsWith(prefix)) continue;
      const file = path.join(folder, address.slice(prefix.length));
      if (file.startsWith(folder + path.sep) && statSync(file, { throwIfNoEntry: false })?.isFile())
        return readFile(file);
    }
    return undefined;
  };
  const isolation = {
    'cross-origin-opener-policy': 'same-origin',
    'cross-origin-embedder-policy': 'require-corp',
  };
  const answer = async (address: string, response: ServerResponse): Promise<void> => {
    const body = await find(address);
    const extension = address === '/' ? '.html' : path.extname(address);
    response.writeHead(body === undefined ? 404 : 200, {
      'content-type': types[extension] ?? 'application/octet-stream',
      'cache-control': 'no-store',
      ...(isolated ? isolation : {}),
    });
    response.end(body);
  };
  const server = createServer((request, response) => {
    void answer(new URL(request.url ?? '/', 'http://localhost').pathname, response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
