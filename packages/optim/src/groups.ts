import { LimbeckError } from '@limbeck/core';
import type { Optimizer, Tensor, TensorTree } from '@limbeck/tensor';

/** Parameters that are moved in a way of their own. */
export interface ParameterGroup {
  /** The group's name in metrics and in the state. @defaultValue its place, `0`, `1` and so on */
  readonly name?: string;
  /** Which paths belong to it: those that start so, match or are accepted. @defaultValue all that are left */
  readonly match?: string | RegExp | ((path: string) => boolean);
  /** What moves them; `frozen` leaves them as they are. */
  readonly optimizer: Optimizer<TensorTree> | 'frozen';
}

/** What {@link groups} keeps: each group's state by its name. */
export type GroupsState = { readonly [group: string]: TensorTree };

/**
 * Several optimisers, each for the parameters of its group: rates, decay and methods by path. A parameter belongs to
 * the first group that matches. Metrics are those of each group, as `<group>/rate`.
 *
 * Each optimiser is given the gradients of its own group alone: clipping inside a group is by that group's norm. Frozen
 * parameters have no part in any norm.
 *
 * @throws LimbeckError `empty-data` without groups, `duplicate-name` for two of a name, `invalid-option` for what is no
 * optimiser; `unknown-name`, when made for parameters, for a path that no group matches
 * @example
 * ```ts
 * import { adamw, clipByGlobalNorm, groups } from '@limbeck/optim';
 *
 * const optimizer = groups([
 *   { match: 'student/embedding/', optimizer: 'frozen' },
 *   { name: 'head', match: /head\//, optimizer: adamw({ rate: 1e-3 }) },
 *   { name: 'body', optimizer: adamw({ rate: 1e-4, weightDecay: 0 }) },
 * ]);
 * console.log(clipByGlobalNorm(optimizer, 1).name); // clipByGlobalNorm(groups(frozen, adamw, adamw))
 * ```
 */
export function groups(list: readonly ParameterGroup[]): Optimizer<GroupsState> {
  const named = list.map((group, i) => ({ ...group, name: group.name ?? String(i) }));
  checkNames(named.map(({ name }) => name));
  for (const { name, optimizer } of named) checkOptimizer(name, optimizer);
  const kinds = list.map(({ optimizer }) => (optimizer === 'frozen' ? optimizer : optimizer.name));
  const split = <T>(tensors: { readonly [path: string]: T }) => splitByGroup(named, tensors);

  return {
    name: `groups(${kinds.join(', ')})`,
    config: {
      groups: named.map(({ name, match, optimizer }) => ({
        name,
        match: matchConfig(match),
        ...(optimizer === 'frozen'
          ? { optimizer }
          : { optimizer: optimizer.name, config: optimizer.config ?? null }),
      })),
    },
    moves: (path) => {
      const own = named.find(({ match }) => matches(match, path))?.optimizer;
      return own !== undefined && own !== 'frozen' && (own.moves?.(path) ?? true);
    },
    init: (parameters) => {
      const parts = split(parameters);
      return Object.fromEntries(
        named.map(({ name, optimizer }) => [
          name,
          optimizer === 'frozen' ? {} : optimizer.init(parts[name]!),
        ]),
      );
    },
    update: ({ parameters, gradients, state, ...clock }) => {
      const parts = split(parameters);
      const slopes = split(gradients);
      const moved: { [path: string]: Tensor } = {};
      const states: { [group: string]: TensorTree } = {};
      const metrics: { [name: string]: Tensor } = {};
      for (const { name, optimizer } of named) {
        const own = parts[name]!;
        if (optimizer === 'frozen') {
          Object.assign(moved, own);
          states[name] = state[name] ?? {};
          continue;
        }
        const made = optimizer.update({
          ...clock,
          parameters: own,
          gradients: slopes[name]!,
          state: state[name] ?? {},
        });
        Object.assign(moved, made.parameters);
        states[name] = made.state;
        for (const [metric, value] of Object.entries(made.metrics)) {
          metrics[`${name}/${metric}`] = value;
        }
      }
      // In the order of the parameters, as other optimisers have them.
      const next = Object.fromEntries(Object.keys(parameters).map((path) => [path, moved[path]!]));
      return { parameters: next, state: states, metrics };
    },
  };
}

function checkNames(names: readonly string[]): void {
  const twice = names.find((name, i) => names.indexOf(name) !== i);
  if (names.length > 0 && twice === undefined) return;
  throw new LimbeckError(twice === undefined ? 'empty-data' : 'duplicate-name', {
    where: 'groups',
    given: twice === undefined ? 'no groups' : `two groups named "${twice}"`,
    expected: 'at least one group, each with a name of its own',
    next: 'Name the groups, or leave the names out.',
  });
}

/** What callers without types may pass. */
function checkOptimizer(name: string, optimizer: unknown): void {
  const { update } = (optimizer ?? {}) as { readonly update?: unknown };
  if (optimizer === 'frozen' || typeof update === 'function') return;
  throw new LimbeckError('invalid-option', {
    where: `groups, group "${name}"`,
    given: `optimizer ${typeof optimizer === 'string' ? JSON.stringify(optimizer) : typeof optimizer}`,
    expected: "an optimizer, or 'frozen'",
    next: 'Pass what adamw() gives, for example.',
  });
}

function matches(match: ParameterGroup['match'], path: string): boolean {
  if (match === undefined) return true;
  if (typeof match === 'string') return path.startsWith(match);
  return typeof match === 'function' ? match(path) : path.search(match) >= 0;
}

function matchConfig(match: ParameterGroup['match']): string | null {
  return match === undefined || typeof match === 'function' ? null : String(match);
}

function splitByGroup<T>(
  groups: readonly { readonly name: string; readonly match?: ParameterGroup['match'] }[],
  tensors: { readonly [path: string]: T },
): { readonly [group: string]: { readonly [path: string]: T } } {
  const parts: { [group: string]: { [path: string]: T } } = {};
  for (const { name } of groups) parts[name] = {};
  for (const [path, tensor] of Object.entries(tensors)) {
    const group = groups.find(({ match }) => matches(match, path));
    if (group === undefined) {
      throw new LimbeckError('unknown-name', {
        where: 'groups',
        given: `the parameter "${path}"`,
        expected: 'a group that matches it',
        next: "Add a last group without match, with an optimizer or 'frozen'.",
      });
    }
    parts[group.name]![path] = tensor;
  }
  return parts;
}
