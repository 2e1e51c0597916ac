import type { Box, Picture } from './draw.js';

/** A scope, the boxes that stand in it itself, and the scopes inside it. */
export interface ScopeTree {
  readonly path: string;
  readonly boxes: Box[];
  readonly inner: ScopeTree[];
}

/** Boxes by the scopes that they stand in. */
export function scopeTree({ boxes }: Picture): ScopeTree {
  const root: ScopeTree = { path: '', boxes: [], inner: [] };
  const known = new Map<string, ScopeTree>([['', root]]);
  const find = (path: string): ScopeTree => {
    const found = known.get(path);
    if (found !== undefined) return found;
    const tree: ScopeTree = { path, boxes: [], inner: [] };
    known.set(path, tree);
    find(path.split('/').slice(0, -1).join('/')).inner.push(tree);
    return tree;
  };
  for (const box of boxes) find(box.scope).boxes.push(box);
  return root;
}
