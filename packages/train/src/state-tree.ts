import { type HostTensor, type HostTree, leaves, LimbeckError, mapTree } from '@limbeck/core';
import { sameShape, showShape, type Tensor } from '@limbeck/tensor';

/** Values by path: a tree laid flat. */
export type FlatState = { readonly [path: string]: HostTensor };

/** A tree of values laid flat, `student/parameters/weight` and so on. */
export function flattenState(tree: unknown): { [path: string]: HostTensor } {
  return Object.fromEntries(leaves<HostTensor>(tree));
}

/** The tree again, of the shape of a template. @throws LimbeckError `checkpoint-mismatch` for a missing path */
export function unflattenState<T>(template: HostTree<T>, flat: FlatState): HostTree<T> {
  return mapTree<HostTensor>(template, (leaf, path) => {
    const value = flat[path];
    if (value !== undefined && value.dtype === leaf.dtype && sameShape(value.shape, leaf.shape)) {
      return value;
    }
    throw new LimbeckError('checkpoint-mismatch', {
      where: `state "${path}"`,
      given:
        value === undefined
          ? `values for ${Object.keys(flat).length} other paths`
          : `${value.dtype} ${showShape(value.shape)}`,
      expected: `${leaf.dtype} ${showShape(leaf.shape)}`,
      next: 'Resume with the program that wrote the checkpoint.',
    });
  }) as unknown as HostTree<T>;
}

/** Some players of a tree. @throws LimbeckError `unknown-name` */
export function pickPlayers<S extends object, K extends keyof S>(
  tree: HostTree<S>,
  players: readonly K[],
): HostTree<Pick<S, K>> {
  checkPlayers('view.read', tree, players as readonly string[]);
  const values = tree as unknown as { readonly [Player in K]: unknown };
  return Object.fromEntries(
    players.map((player) => [player, values[player]]),
  ) as unknown as HostTree<Pick<S, K>>;
}

/** A copy that shares no memory. */
export function copyState(flat: FlatState): { [path: string]: HostTensor } {
  return Object.fromEntries(
    Object.entries(flat).map(([path, tensor]) => [path, { ...tensor, data: tensor.data.slice() }]),
  );
}

/** Whether a leaf is the state's own input: bringing it out would copy it for nothing. */
function isUnchanged(path: string, { node }: Tensor): boolean {
  return (
    node.operator.name === 'input' &&
    (node.attributes as { readonly name?: string }).name === `state/${path}`
  );
}

/** Whether a path is one of these players, or lies under one. */
export function isUnder(players: readonly string[], path: string): boolean {
  return players.some((player) => path === player || path.startsWith(`${player}/`));
}

/** @throws LimbeckError `unknown-name` for a player that a tree has not */
export function checkPlayers(where: string, tree: object, players: readonly string[]): void {
  const unknown = players.find((player) => !Object.hasOwn(tree, player.split('/')[0]!));
  if (unknown === undefined) return;
  throw new LimbeckError('unknown-name', {
    where,
    given: `the player "${unknown}"`,
    expected: `one of ${Object.keys(tree).join(', ')}`,
    next: 'Name players of the state that init() makes.',
  });
}

/**
 * The changed leaves of a phase's result by path, each checked against what the state holds.
 *
 * @throws LimbeckError `shape-mismatch`; `invalid-option` for a change of a frozen player, which checkpoints would lose
 */
export function changedLeaves(
  where: string,
  changed: unknown,
  { shapes: state, frozen }: { readonly shapes: FlatState; readonly frozen: readonly string[] },
): { [path: string]: Tensor } {
  const found: { [path: string]: Tensor } = {};
  for (const [path, tensor] of leaves<Tensor>(changed)) {
    const now = state[path];
    if (now === undefined || now.dtype !== tensor.dtype || !sameShape(now.shape, tensor.shape)) {
      throw new LimbeckError('shape-mismatch', {
        where: `${where}, state "${path}"`,
        given: `${tensor.dtype} ${showShape(tensor.shape)}`,
        expected:
          now === undefined
            ? 'a path that init() returned'
            : `${now.dtype} ${showShape(now.shape)}`,
        next: 'Return the state in the tree that init() made.',
      });
    }
    if (isUnchanged(path, tensor)) continue;
    if (isUnder(frozen, path)) {
      throw new LimbeckError('invalid-option', {
        where: `${where}, state "${path}"`,
        given: `a new value for a player in frozen, ${frozen.join(', ')}`,
        expected: 'players that no phase changes: they are saved once',
        next: 'Return what the phase was given for it, or take the player out of frozen.',
      });
    }
    found[path] = tensor;
  }
  return found;
}
