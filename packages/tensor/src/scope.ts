/** The scope that nodes made right now belong to. It names nodes and changes nothing else. */
let current = '';

/** The scope of nodes made now. */
export function currentScope(): string {
  return current;
}

/** Runs a function whose nodes carry this scope. */
export function inScope<R>(scope: string, run: () => R): R {
  const outer = current;
  current = scope;
  try {
    return run();
  } finally {
    current = outer;
  }
}

/** Joins scope names with `/`. */
export function joinScope(outer: string, name: string): string {
  return outer === '' ? name : `${outer}/${name}`;
}
