import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseExperimentResult } from '@limbeck/evaluators';
import { type Area, areas } from './areas.js';

const dayMs = 86_400_000;

/** Runs areas one after another; an area that fails does not stop the others. @returns the exit status */
export async function bench(args: readonly string[]): Promise<number> {
  const { area, only, resume, rest } = flagsOf(args);
  if (area !== undefined) {
    await areas[area]!.run(rest);
    // Engines keep threads that would keep the process.
    process.exit(0);
  }
  const chosen = Object.entries(areas).filter(
    ([name]) => only === undefined || only.includes(name),
  );
  const open = chosen.filter(([name]) => !(resume && isFresh(name)));
  for (const [name] of chosen) {
    if (!open.some(([other]) => other === name)) console.log(`${name}: measured within a day.`);
  }
  const failed: string[] = [];
  for (const [i, [name]] of open.entries()) {
    console.log(`\n${name} (${i + 1} of ${open.length}); ${forecast(open.slice(i), rest)}`);
    const script = fileURLToPath(new URL('../bench.ts', import.meta.url));
    const own = [...process.execArgv, script, '--area', name, ...rest];
    if (spawnSync(process.execPath, own, { stdio: 'inherit' }).status !== 0) failed.push(name);
  }
  if (failed.length > 0)
    console.log(`\nFailed: ${failed.join(', ')}. --resume measures these again.`);
  return failed.length > 0 ? 1 : 0;
}

interface Flags {
  readonly area?: string;
  readonly only?: readonly string[];
  readonly resume: boolean;
  /** Flags of the areas themselves. */
  readonly rest: readonly string[];
}

/** @throws Error for an area that is not there */
export function flagsOf(args: readonly string[]): Flags {
  const rest = args.filter((arg) => arg !== '--');
  const take = (flag: string): string | undefined => {
    const at = rest.indexOf(flag);
    return at < 0 ? undefined : rest.splice(at, 2)[1];
  };
  const area = take('--area');
  const only = take('--only')?.split(',');
  const at = rest.indexOf('--resume');
  if (at >= 0) rest.splice(at, 1);
  for (const name of [...(only ?? []), ...(area === undefined ? [] : [area])]) {
    if (Object.hasOwn(areas, name)) continue;
    throw new Error(`There is no area "${name}"; there are ${Object.keys(areas).join(', ')}.`);
  }
  return {
    ...(area === undefined ? {} : { area }),
    ...(only === undefined ? {} : { only }),
    resume: at >= 0,
    rest,
  };
}

function isFresh(name: string): boolean {
  const file = new URL(`../results/${name}.json`, import.meta.url);
  if (!existsSync(file)) return false;
  const { finishedAt } = parseExperimentResult(JSON.parse(readFileSync(file, 'utf8')));
  return Date.now() - Date.parse(finishedAt) < dayMs;
}

/** How long the rest takes on a quiet machine. */
function forecast(open: readonly (readonly [string, Area])[], rest: readonly string[]): string {
  if (rest.includes('--smoke')) return 'small, in seconds.';
  const seconds = open.reduce((sum, [, area]) => sum + area.seconds, 0);
  return `about ${Math.ceil(seconds / 60)} min are left in all where nothing else runs.`;
}
