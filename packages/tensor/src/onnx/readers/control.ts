import type { Read, Reader, ReadNode } from './read-node.js';

/** A branch that is known while the file is read, as exporters leave it behind for a shape that may vary. */
function branch(node: ReadNode): Read {
  const { host } = node.value(0);
  if (host === undefined) node.refuse('a condition computed from data');
  const name = Number(host.data[0]) === 0 ? 'else_branch' : 'then_branch';
  return node.environment.inline(node.graph(name), []);
}

/** Readers of the operators that hold graphs. */
export const controlReaders: { readonly [type: string]: Reader } = {
  If: branch,
};
