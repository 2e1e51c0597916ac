import { LimbeckError } from '@limbeck/core';

/** Checks the names of outputs that are asked for. @throws LimbeckError `unknown-name` */
export function checkFetch(
  where: string,
  fetch: readonly string[],
  offered: ReadonlySet<string>,
  next: string,
): void {
  for (const name of fetch) {
    if (offered.has(name)) continue;
    throw new LimbeckError('unknown-name', {
      where,
      given: `the output "${name}"`,
      expected: offered.size === 0 ? 'no outputs' : `one of ${[...offered].join(', ')}`,
      next,
    });
  }
}
