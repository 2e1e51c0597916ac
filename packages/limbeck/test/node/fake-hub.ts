import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** Where a request can be made to fail. */
export type Stage = 'preupload' | 'batch' | 'upload' | 'commit';

/** What was committed. */
export interface FakeCommit {
  readonly repository: string;
  readonly branch: string;
  readonly title: string;
  /** The text of small files, the sha256 of large ones. */
  readonly files: { readonly [path: string]: string };
}

/** A hub on this machine that keeps what it is sent. */
export interface FakeHub {
  readonly url: string;
  /** Repositories that are there. */
  readonly repositories: Set<string>;
  readonly created: object[];
  readonly commits: FakeCommit[];
  /** Sizes of what was uploaded apart. */
  readonly uploads: number[];
  /** Which request fails, and how. */
  fail: { readonly stage: Stage; readonly status: number; readonly body: object } | undefined;
  close(): Promise<void>;
}

/** Files above this many bytes go the way of large ones. */
const largeBytes = 1000;

/** Speaks as much of the Hugging Face Hub's protocol as an upload needs. */
export async function startFakeHub(token: string): Promise<FakeHub> {
  const server = createServer((request, response) => {
    void answer(request, response).catch(() => response.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const hub: FakeHub = {
    url,
    repositories: new Set(),
    created: [],
    commits: [],
    uploads: [],
    fail: undefined,
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await bodyOf(request);
    const { pathname } = new URL(request.url ?? '', url);
    const stage = stageOf(pathname);
    const say = (status: number, value: object): void => {
      response.writeHead(status, { 'content-type': 'application/json' });
      response.end(JSON.stringify(value));
    };
    if (stage !== undefined && hub.fail?.stage === stage)
      return say(hub.fail.status, hub.fail.body);
    // What is uploaded apart carries a signed address in place of the token.
    const mayPass = stage === 'upload' || request.headers.authorization === `Bearer ${token}`;
    if (!mayPass) return say(401, { error: 'Invalid credentials' });
    if (request.method === 'GET') {
      const name = pathname.replace('/api/models/', '');
      return hub.repositories.has(name) ? say(200, { id: name }) : say(404, { error: 'not found' });
    }
    if (pathname === '/api/repos/create') {
      const made = JSON.parse(body.toString()) as { name: string; organization: string };
      hub.created.push(made);
      hub.repositories.add(`${made.organization}/${made.name}`);
      return say(200, { url: `${url}/${made.organization}/${made.name}`, id: '1' });
    }
    if (stage === 'preupload') {
      const { files } = JSON.parse(body.toString()) as { files: { path: string; size: number }[] };
      const modes = files.map(({ path, size }) => ({
        path,
        uploadMode: size > largeBytes ? 'lfs' : 'regular',
      }));
      return say(200, { files: modes });
    }
    if (stage === 'batch') {
      const { objects } = JSON.parse(body.toString()) as {
        objects: { oid: string; size: number }[];
      };
      const actions = (oid: string) => ({ upload: { href: `${url}/upload/${oid}` } });
      return say(200, {
        transfer: 'basic',
        objects: objects.map((one) => ({ ...one, actions: actions(one.oid) })),
      });
    }
    if (stage === 'upload') {
      hub.uploads.push(body.length);
      return say(200, {});
    }
    hub.commits.push(readCommit(pathname, body.toString()));
    return say(200, { commitOid: 'abc123', commitUrl: `${url}/commit/abc123`, hookOutput: '' });
  }
  return hub;
}

function stageOf(pathname: string): Stage | undefined {
  if (pathname.includes('/preupload/')) return 'preupload';
  if (pathname.endsWith('/info/lfs/objects/batch')) return 'batch';
  if (pathname.startsWith('/upload/')) return 'upload';
  return pathname.includes('/commit/') ? 'commit' : undefined;
}

function readCommit(pathname: string, text: string): FakeCommit {
  const [, repository = '', branch = ''] =
    /^\/api\/models\/(.+)\/commit\/(.+)$/.exec(pathname) ?? [];
  type Line = {
    key: string;
    value: { summary?: string; path: string; content: string; oid: string };
  };
  const lines = text.split('\n').map((line) => JSON.parse(line) as Line);
  const files = lines.flatMap(({ key, value }) =>
    key === 'file'
      ? [[value.path, Buffer.from(value.content, 'base64').toString()]]
      : key === 'lfsFile'
        ? [[value.path, value.oid]]
        : [],
  );
  const title = lines.find(({ key }) => key === 'header')?.value.summary ?? '';
  return { repository, branch, title, files: Object.fromEntries(files) as FakeCommit['files'] };
}

async function bodyOf(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}
