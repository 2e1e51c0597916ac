import { main } from 'limbeck/node';

/** What a command said. */
export interface Said {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** Runs a command in a folder and keeps what it says. */
export async function limbeck(cwd: string, ...args: string[]): Promise<Said> {
  const out: string[] = [];
  const err: string[] = [];
  const code = await main(args, {
    cwd,
    out: (line) => void out.push(line),
    err: (line) => void err.push(line),
  });
  return { code, out: out.join('\n'), err: err.join('\n') };
}
