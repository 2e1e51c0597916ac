import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import type * as HubLibrary from '@huggingface/hub';
import { LimbeckError } from '@limbeck/core';
import { studentFolder } from '../export/find-student.js';
import type { CommandIo } from '../io.js';
import { readableBytes } from '../tables.js';

const where = 'limbeck push';

/** Options of {@link push}. */
export interface PushCommand {
  /** A student's folder, or that of a run that published one. */
  readonly student: string;
  /** `user/name`. */
  readonly repository: string;
  /** Whether a new repository is visible to its owner alone. @defaultValue false */
  readonly private?: boolean | undefined;
  /** The branch to commit to. @defaultValue `main` */
  readonly branch?: string | undefined;
  /** The commit's title. @defaultValue names the folder */
  readonly message?: string | undefined;
  /** Another hub. @defaultValue `HF_ENDPOINT`, else that of Hugging Face */
  readonly 'hub-url'?: string | undefined;
  /** Prints the result as JSON. @defaultValue false */
  readonly json?: boolean | undefined;
}

/**
 * Uploads a student's folder to the Hugging Face Hub as one commit, and makes the repository where there is none. The token
 * comes from `HF_TOKEN` alone; it is shown nowhere, in no message and in no error's cause.
 *
 * @throws LimbeckError `missing-dependency` without `@huggingface/hub`; `invalid-option` without a token or for a
 * repository that is no `user/name`; `data-missing` for a folder that is no student's; `io-failed` where the hub refuses
 */
export async function push(io: CommandIo, given: PushCommand): Promise<void> {
  const env = io.env ?? process.env;
  const token = env['HF_TOKEN'] ?? '';
  if (!/^[\w.-]+\/[\w.-]+$/.test(given.repository)) throw noRepository(given.repository);
  if (!token.startsWith('hf_'))
    throw noToken(
      token === '' ? 'no HF_TOKEN in the environment' : 'an HF_TOKEN that does not begin with hf_',
    );
  const folder = await studentFolder(io, where, given.student);
  const files = await readFiles(folder, given.student);
  const hub = await loadHub();
  const hubUrl = given['hub-url'] ?? env['HF_ENDPOINT'];
  const common = {
    accessToken: token,
    repo: { type: 'model', name: given.repository } as const,
    ...(hubUrl === undefined ? {} : { hubUrl: hubUrl.replace(/\/+$/, '') }),
  };
  try {
    if (!(await hub.repoExists(common))) {
      await hub.createRepo({
        ...common,
        ...(given.private === true ? { visibility: 'private' } : {}),
      });
      io.err(`Made the repository ${given.repository}.`);
    }
    const made = await hub.commit({
      ...common,
      title: given.message ?? `Upload ${path.basename(folder)} with limbeck push`,
      branch: given.branch ?? 'main',
      operations: files.map(({ name, bytes }) => ({
        operation: 'addOrUpdate',
        path: name,
        content: new Blob([bytes]),
      })),
      // The plain protocol: it needs no second service and no native code.
      useXet: false,
    });
    const sizeBytes = files.reduce((sum, { bytes }) => sum + bytes.length, 0);
    if (given.json === true) {
      const names = files.map(({ name }) => name);
      const result = { commit: made?.commit.oid ?? null, url: made?.commit.url ?? null };
      return io.out(
        JSON.stringify(
          { repository: given.repository, ...result, files: names, sizeBytes },
          null,
          2,
        ),
      );
    }
    io.out(
      `${files.length} files, ${readableBytes(sizeBytes)}: ${made?.commit.url ?? given.repository}`,
    );
  } catch (cause) {
    throw refused(given.repository, cause, token);
  }
}

/** What of the hub's library is called. */
type Hub = Pick<typeof HubLibrary, 'commit' | 'createRepo' | 'repoExists'>;

async function loadHub(): Promise<Hub> {
  try {
    return await import('@huggingface/hub');
  } catch (cause) {
    throw new LimbeckError('missing-dependency', {
      where,
      given: 'a project in which @huggingface/hub cannot be imported',
      expected: 'version 2.17 or later',
      next: 'Run npm install @huggingface/hub.',
      cause,
    });
  }
}

interface PushedFile {
  readonly name: string;
  readonly bytes: Uint8Array<ArrayBuffer>;
}

/** Everything in the folder, by its path with forward slashes; nothing hidden, such as `.env`. */
async function readFiles(folder: string, shown: string): Promise<readonly PushedFile[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(
    (cause: unknown) => {
      throw noStudent(shown, cause);
    },
  );
  const names = entries
    .filter((entry) => entry.isFile())
    .map((entry) => path.relative(folder, path.join(entry.parentPath, entry.name)))
    .map((name) => name.split(path.sep).join('/'))
    .filter((name) => !name.split('/').some((part) => part.startsWith('.')))
    .sort();
  if (!names.includes('config.json') || !names.some((name) => name.endsWith('.onnx'))) {
    throw noStudent(shown);
  }
  return Promise.all(
    names.map(async (name) => ({
      name,
      bytes: new Uint8Array(await readFile(path.join(folder, name))),
    })),
  );
}

/**
 * What the hub said, without the token wherever it may stand. The error itself is not passed along: it holds the request,
 * and the request the token.
 */
function refused(repository: string, cause: unknown, token: string): LimbeckError {
  const { statusCode } = Object(cause) as { readonly statusCode?: unknown };
  const status = typeof statusCode === 'number' ? statusCode : undefined;
  const message = cause instanceof Error ? cause.message : String(cause);
  const said = message.replaceAll(token, '(token)').split('\n')[0] ?? '';
  return new LimbeckError('io-failed', {
    where,
    given: `${said}${status === undefined ? '' : ` (status ${status})`} from the hub for ${repository}`,
    expected: 'a hub that takes the files',
    next: advice(status),
  });
}

function advice(status: number | undefined): string {
  if (status === 401)
    return 'Make a token with write access in your settings, and set HF_TOKEN to it.';
  if (status === 403)
    return 'The token may not write there: make one with write access to this repository.';
  if (status === 404) return 'Check the name of the repository and of the branch.';
  return 'Call it again: a commit is made whole or not at all, and files that arrived are not sent twice.';
}

function noToken(given: string): LimbeckError {
  return new LimbeckError('invalid-option', {
    where,
    given,
    expected: 'a token with write access',
    next: 'Set it for this call alone: HF_TOKEN=… limbeck push student user/name.',
  });
}

function noRepository(given: string): LimbeckError {
  return new LimbeckError('invalid-option', {
    where,
    given: `the repository ${JSON.stringify(given)}`,
    expected: 'user/name',
    next: 'Write it like limbeck push student me/spam-student.',
  });
}

function noStudent(folder: string, cause?: unknown): LimbeckError {
  return new LimbeckError('data-missing', {
    where,
    given: `${folder}, which is no student's folder`,
    expected: 'config.json and an ONNX file',
    next: 'Name the folder that an export wrote.',
    cause,
  });
}
