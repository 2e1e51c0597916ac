import { mapTree, type Spec } from '@limbeck/core';

/** Specs whose named sizes are called otherwise; `floor` is no name but part of an expression. */
export function renameSizes<Tree>(specs: Tree, rename: (name: string) => string): Tree {
  return mapTree<Spec>(specs, ({ dtype, shape }) => ({
    dtype,
    shape: shape.map((dim) =>
      typeof dim === 'number'
        ? dim
        : dim.replaceAll(/[A-Za-z_]\w*/g, (name) => (name === 'floor' ? name : rename(name))),
    ),
  })) as Tree;
}
