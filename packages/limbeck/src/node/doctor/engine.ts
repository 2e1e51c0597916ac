import { execFile } from 'node:child_process';
import path from 'node:path';
import { promisify } from 'node:util';
import type { Check } from './check.js';
import { tryProvider } from './try-provider.js';

/** Providers that builds of ONNX Runtime may have beside the processor's. */
const providers = ['cuda', 'dml', 'coreml', 'webgpu'];

/** Whether the engine computes, and on what. */
export async function checkEngine(): Promise<readonly Check[]> {
  const refused = await tryProvider('cpu');
  if (refused !== undefined) {
    return [{ name: 'engine on cpu', state: 'broken', found: 'fails', note: short(refused) }];
  }
  const note = 'a graph ran and was right';
  const cpu: Check = { name: 'engine on cpu', state: 'ok', found: 'computes', note };
  const others = providers.map(async (provider): Promise<Check> => {
    const name = `engine on ${provider}`;
    const reason = await tryElsewhere(provider);
    if (reason === '') return { name, state: 'ok', found: 'computes', note };
    return { name, state: 'optional', found: 'not here', note: short(reason) };
  });
  return [cpu, ...(await Promise.all(others))];
}

/**
 * The same in a process of its own: a driver that is not whole may end the process, and says much on the way. Empty where
 * it computes.
 */
async function tryElsewhere(provider: string): Promise<string> {
  const here = import.meta.url;
  const module = new URL(`./try-provider${path.extname(here)}`, here).href;
  const program = `import { tryProvider } from ${JSON.stringify(module)};
console.log(JSON.stringify((await tryProvider(${JSON.stringify(provider)})) ?? ''));`;
  const args = [...process.execArgv, '--input-type=module', '--eval', program];
  try {
    const { stdout } = await promisify(execFile)(process.execPath, args, { timeout: 30_000 });
    return JSON.parse(stdout.trim().split('\n').at(-1) ?? '') as string;
  } catch {
    return 'it could not be tried';
  }
}

/** The first line and not much of it. */
function short(reason: string): string {
  const [line = ''] = reason.split('\n');
  return line.length > 90 ? `${line.slice(0, 87)}...` : line;
}
