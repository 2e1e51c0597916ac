import { LimbeckError } from '@limbeck/core';

/** What one node of a graph took. */
export interface ProfiledNode {
  /** Its name in the file that was loaded, or what ONNX Runtime's optimiser made of it. */
  readonly name: string;
  /** Its name without the last part: the scope that made it, such as `encoder/0/attention`; `''` for none. */
  readonly scope: string;
  /** The kernel that ran, such as `Gemm`. */
  readonly operator: string;
  /** Milliseconds a run. */
  readonly ms: number;
}

/** What several nodes took together. */
export interface ProfiledPart {
  /** The scope or the operator. */
  readonly name: string;
  /** Milliseconds a run. */
  readonly ms: number;
  /** How many nodes it has. */
  readonly nodes: number;
}

/** Where the time of a graph goes, from ONNX Runtime's own profile. Every list begins with what takes most. */
export interface Profile {
  /** How many runs the numbers are the mean of. */
  readonly runs: number;
  /** Milliseconds of a whole run. */
  readonly runMs: number;
  /** Milliseconds a run in kernels: the sum over all nodes. What {@link Profile.runMs} has beyond is the runtime's own. */
  readonly kernelMs: number;
  /** All nodes that ran. */
  readonly nodes: readonly ProfiledNode[];
  /** By scope: each holds what its own nodes and those of the scopes inside it take; `''` holds all. */
  readonly scopes: readonly ProfiledPart[];
  /** By operator. */
  readonly operators: readonly ProfiledPart[];
}

/** What one event of the file has, as far as it is read: times in microseconds. */
interface ProfileEvent {
  readonly cat: string;
  readonly name: string;
  readonly ts: number;
  readonly dur: number;
  readonly args?: { readonly op_name?: string };
}

function eventsOf(json: string): readonly ProfileEvent[] {
  let parsed: unknown;
  try {
    parsed = JSON.parse(json);
  } catch (cause) {
    throw corrupt('text that is no JSON', cause);
  }
  if (!Array.isArray(parsed)) throw corrupt('JSON that is no list of events');
  return parsed.filter(
    (event: Partial<ProfileEvent> | null) =>
      typeof event?.name === 'string' &&
      typeof event.ts === 'number' &&
      typeof event.dur === 'number',
  ) as ProfileEvent[];
}

function corrupt(given: string, cause?: unknown): LimbeckError {
  return new LimbeckError('corrupt-file', {
    where: 'readProfile',
    given,
    expected: 'a profile of ONNX Runtime, complete, with one run at least',
    next: 'Dispose of the engine first: the file is written then.',
    cause,
  });
}

/**
 * The name of a node as the graph has it: without what the profiler puts behind it, and without what the optimiser puts
 * around it where it fuses an activation or a scale into a product.
 */
const ownName = (event: string): string =>
  event
    .replace(/_kernel_time$/, '')
    .replace(/^fused /, '')
    .replace(/\/\w+Fusion\/$/, '');

const scopeOf = (name: string): string => name.slice(0, Math.max(0, name.lastIndexOf('/')));

/** A scope and all that it lies in, the graph itself (`''`) included. */
function within(scope: string): string[] {
  const parts = scope === '' ? [] : scope.split('/');
  return ['', ...parts.map((_, i) => parts.slice(0, i + 1).join('/'))];
}

const mostFirst = (a: { readonly ms: number }, b: { readonly ms: number }): number => b.ms - a.ms;

function parts(
  nodes: readonly ProfiledNode[],
  namesOf: (node: ProfiledNode) => readonly string[],
): ProfiledPart[] {
  const found = new Map<string, { ms: number; nodes: number }>();
  for (const node of nodes) {
    for (const name of namesOf(node)) {
      const part = found.get(name) ?? { ms: 0, nodes: 0 };
      found.set(name, { ms: part.ms + node.ms, nodes: part.nodes + 1 });
    }
  }
  return Array.from(found, ([name, part]) => ({ name, ...part })).toSorted(mostFirst);
}

/**
 * Reads a profile that ONNX Runtime wrote: `nodeEngine({ profile })` writes one for each graph.
 *
 * @param json - the file's text
 * @param warmUp - how many of the first runs do not count: they touch fresh memory. @defaultValue 1 where there are more
 * @throws LimbeckError `corrupt-file` for other text, and where the file holds no run
 */
export function readProfile(json: string, warmUp = 1): Profile {
  const events = eventsOf(json);
  const all = events
    .filter(({ cat, name }) => cat === 'Session' && name === 'model_run')
    .toSorted((a, b) => a.ts - b.ts);
  if (all.length === 0) throw corrupt('a profile without a run');
  const counted = all.slice(Math.min(warmUp, all.length - 1));
  const [{ ts: start }] = counted as [ProfileEvent];
  const runs = counted.length;
  const byName = new Map<string, { operator: string; ms: number }>();
  for (const { cat, name, ts, dur, args } of events) {
    const operator = args?.op_name;
    if (cat !== 'Node' || operator === undefined || ts < start) continue;
    if (!name.endsWith('_kernel_time')) continue;
    const key = ownName(name);
    const found = byName.get(key);
    byName.set(key, { operator, ms: (found?.ms ?? 0) + dur / 1000 / runs });
  }
  const nodes = Array.from(byName, ([name, { operator, ms }]) => ({
    name,
    scope: scopeOf(name),
    operator,
    ms,
  })).toSorted(mostFirst);
  return {
    runs,
    runMs: counted.reduce((total, { dur }) => total + dur / 1000, 0) / runs,
    kernelMs: nodes.reduce((total, { ms }) => total + ms, 0),
    nodes,
    scopes: parts(nodes, ({ scope }) => within(scope)),
    operators: parts(nodes, ({ operator }) => [operator]),
  };
}
