/** A scope and all that it lies in: of `a/b` these are `''`, `a` and `a/b`. */
export function around(scope: string): string[] {
  if (scope === '') return [''];
  const parts = scope.split('/');
  return ['', ...parts.map((_, i) => parts.slice(0, i + 1).join('/'))];
}
