import { readdirSync, readFileSync } from 'node:fs';

/** Clock ticks a second that Linux counts in. */
const hertz = 100;

/** CPU seconds so far of all processes below this one, threads and all; NaN where there is no /proc. */
export function cpuSecondsBelow(pid: number): number {
  let found: string[];
  try {
    found = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  } catch {
    return Number.NaN;
  }
  const processes = found.flatMap((name) => {
    try {
      // The name in brackets may hold spaces: fields are counted behind it.
      const [, rest] = readFileSync(`/proc/${name}/stat`, 'utf8').split(/\) /);
      const fields = rest!.split(' ').map(Number);
      return [{ pid: Number(name), parent: fields[1]!, ticks: fields[11]! + fields[12]! }];
    } catch {
      return [];
    }
  });
  const below = (parent: number): number =>
    processes
      .filter((each) => each.parent === parent)
      .reduce((sum, each) => sum + each.ticks / hertz + below(each.pid), 0);
  return below(pid);
}
