import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** A child process of Node on the TypeScript sources. */
export interface Child {
  readonly process: ChildProcess;
  /** Waits for the end. */
  readonly ended: Promise<{
    readonly code: number | null;
    readonly stdout: string;
    readonly stderr: string;
  }>;
}

/** Starts a fixture. */
export function startFixture(name: string, args: readonly string[], uid?: number): Child {
  const script = fileURLToPath(new URL(`fixtures/${name}.ts`, import.meta.url));
  const child = spawn(
    process.execPath,
    ['--conditions', '@limbeck/source', '--import', import.meta.resolve('tsx'), script, ...args],
    { stdio: ['ignore', 'pipe', 'pipe'], ...(uid === undefined ? {} : { uid }) },
  );
  let stdout = '';
  let stderr = '';
  child.stdout?.on('data', (chunk: Buffer) => (stdout += chunk.toString()));
  child.stderr?.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
  const ended = new Promise<{ code: number | null; stdout: string; stderr: string }>((resolve) => {
    child.on('close', (code) => resolve({ code, stdout, stderr }));
  });
  return { process: child, ended };
}

/** Waits until a file is there. */
export async function appears(file: string): Promise<void> {
  for (let tries = 0; tries < 2000; tries += 1) {
    if (existsSync(file)) return;
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  throw new Error(`${file} did not appear`);
}
