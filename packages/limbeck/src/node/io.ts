/** What a command may touch of the process: so that a test can be its terminal. */
export interface CommandIo {
  /** The folder that the command runs in. */
  readonly cwd: string;
  /** Writes a line of the result. */
  out(line: string): void;
  /** Writes a line of progress or of an error. */
  err(line: string): void;
}

/** The process itself. */
export function processIo(): CommandIo {
  return {
    cwd: process.cwd(),
    out: (line) => void process.stdout.write(`${line}\n`),
    err: (line) => void process.stderr.write(`${line}\n`),
  };
}
