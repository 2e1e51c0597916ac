import { type ChildProcessWithoutNullStreams, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { createInterface, type Interface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { Block, Ready } from './protocol.js';

const here = (file: string): string => fileURLToPath(new URL(file, import.meta.url));

/** A command that answers by the lines of the protocol. */
export interface Command {
  readonly program: string;
  readonly args: readonly string[];
}

/** The command of a system that runs on Node; this process's own conditions are handed on. */
export function nodeCommand(options: unknown, conditions: readonly string[]): Command {
  const flags = conditions.map((condition) => `--conditions=${condition}`);
  const args = [...flags, '--import', 'tsx', here('./system-worker.ts'), JSON.stringify(options)];
  return { program: process.execPath, args };
}

/** The command of the step in PyTorch, or undefined where Python or PyTorch is absent. */
export function torchCommand(options: unknown): Command | undefined {
  const found = spawnSync('python3', ['-c', 'import torch'], { stdio: 'ignore' });
  if (found.status !== 0) return undefined;
  return { program: 'python3', args: [here('./systems/torch_step.py'), JSON.stringify(options)] };
}

/** A system in a process of its own. */
export class RemoteSystem {
  readonly #child: ChildProcessWithoutNullStreams;
  readonly #answers: AsyncIterator<string, undefined>;
  readonly #lines: Interface;
  #noise = '';

  private constructor(child: ChildProcessWithoutNullStreams) {
    this.#child = child;
    child.stderr.on('data', (text: Buffer) => {
      this.#noise = `${this.#noise}${text.toString()}`.slice(-4000);
    });
    this.#lines = createInterface({ input: child.stdout });
    this.#answers = this.#lines[Symbol.asyncIterator]();
  }

  /** Starts a system and waits until it is ready. */
  static async start(command: Command): Promise<{ remote: RemoteSystem; ready: Ready }> {
    const child = spawn(command.program, command.args, { stdio: 'pipe' });
    const remote = new RemoteSystem(child);
    const ready = await remote.#answer<Ready>();
    return { remote, ready };
  }

  async #answer<T>(): Promise<T> {
    for (;;) {
      const { value, done } = await this.#answers.next();
      if (done === true) throw new Error(`The system's process ended.\n${this.#noise}`);
      if (value.startsWith('@ ')) return JSON.parse(value.slice(2)) as T;
    }
  }

  /** Runs so many steps one after another. */
  run(steps: number): Promise<Block> {
    this.#child.stdin.write(`${steps}\n`);
    return this.#answer<Block>();
  }

  /** Ends the process. */
  async stop(): Promise<void> {
    const ended = once(this.#child, 'exit');
    this.#child.stdin.end();
    await ended;
    this.#lines.close();
  }
}
