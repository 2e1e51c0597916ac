/**
 * An index with one more export, put where the order of the modules' names wants it.
 *
 * @param index - The text of an index that lists its exports one by one.
 * @param line - `export { ... } from './module.js';`
 */
export function addExport(index: string, line: string): string {
  const statements = [...index.matchAll(/^export [^;]*? from '([^']+)';\n/gms)];
  const own = moduleOf(line);
  const next = statements.find((statement) => (statement[1] ?? '') > own);
  const at = next?.index ?? index.trimEnd().length + (index.trim() === '' ? 0 : 1);
  const before = index.slice(0, at);
  const gap = before === '' || before.endsWith('\n') ? '' : '\n';
  return `${before}${gap}${line}\n${index.slice(at)}`;
}

function moduleOf(line: string): string {
  return /from '([^']+)'/.exec(line)?.[1] ?? '';
}
