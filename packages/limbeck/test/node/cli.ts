import { type ChildProcess, spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/** The command line in a process of its own. */
export interface Cli {
  readonly process: ChildProcess;
  /** Waits for its end. */
  readonly ended: Promise<{
    readonly code: number | null;
    readonly out: string;
    readonly err: string;
  }>;
}

/** Starts `limbeck` on the TypeScript sources. */
export function startCli(
  cwd: string,
  args: readonly string[],
  more: { readonly env?: NodeJS.ProcessEnv; readonly uid?: number } = {},
): Cli {
  const script = fileURLToPath(new URL('../../src/node/cli.ts', import.meta.url));
  const flags = ['--conditions', '@limbeck/source', '--import', import.meta.resolve('tsx')];
  const child = spawn(process.execPath, [...flags, script, ...args], {
    cwd,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, ...more.env },
    ...(more.uid === undefined ? {} : { uid: more.uid }),
  });
  let out = '';
  let err = '';
  child.stdout.on('data', (chunk: Buffer) => (out += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (err += chunk.toString()));
  const ended = new Promise<{ code: number | null; out: string; err: string }>((resolve) => {
    child.on('close', (code) => resolve({ code, out, err }));
  });
  return { process: child, ended };
}
