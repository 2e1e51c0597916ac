import type { Role } from '@limbeck/evaluators';
import type { SystemOptions } from '../protocol.js';
import type { Lookup, Sizes } from '../sizes.js';

/** One system in a page of its own. */
export interface PageContestant {
  readonly name: string;
  readonly role: Role;
  readonly options: SystemOptions;
}

/**
 * Limbeck and tfjs as they find rows of the embedding, on one thread and on as many as there are cores, which tfjs takes
 * as a wish.
 */
export function pageContestants(sizes: Sizes, threads: number): readonly PageContestant[] {
  const page = (
    name: string,
    role: Role,
    system: SystemOptions['system'],
    lookup: Lookup,
    count: number,
    asked = '',
  ): PageContestant => ({
    name: `${name}, ${count === 1 ? '1 thread' : `${asked}${count} threads`}`,
    role,
    options: { system, sizes, lookup, threads: count },
  });
  const counts = threads > 1 ? [1, threads] : [1];
  return counts.flatMap((count) => [
    page('Limbeck', 'method', 'limbeck', 'gather', count),
    page('Limbeck, one-hot', 'method', 'limbeck', 'one-hot', count),
    page('tfjs', 'peer', 'tfjs', 'one-hot', count, 'asked for '),
  ]);
}
