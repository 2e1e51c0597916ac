/** What a command may touch of the process: so that a test can be its terminal. */
export interface CommandIo {
  /** The folder that the command runs in. */
  readonly cwd: string;
  /** The environment's variables. @defaultValue the process's */
  readonly env?: { readonly [name: string]: string | undefined };
  /** Writes a line of the result. */
  out(line: string): void;
  /** Writes a line of progress or of an error. */
  err(line: string): void;
}

/** The process itself. */
export function processIo(): CommandIo {
  return {
    cwd: process.cwd(),
    env: process.env,
    out: (line) => void process.stdout.write(`${line}\n`),
    err: (line) => void process.stderr.write(`${line}\n`),
  };
}
