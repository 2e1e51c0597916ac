import type { Profile } from './profile.js';

/** Options of {@link profileTable}. */
export interface ProfileTableOptions {
  /** How many lines each part has at most. @defaultValue 15 */
  readonly top?: number;
}

type Row = readonly [ms: number, name: string, detail: string];

/**
 * A profile as text: the operators, the scopes and the nodes that take most, with milliseconds a run and shares.
 *
 * @example
 * ```ts
 * import { hostTensor } from '@limbeck/core';
 * import { profileTable } from '@limbeck/runtime';
 * import { profile } from '@limbeck/runtime/node';
 * import { input, toOnnx } from '@limbeck/tensor';
 *
 * const x = input('x', { dtype: 'float32', shape: [3] });
 * const found = await profile(toOnnx({ y: x.sin().tanh() }), { x: hostTensor('float32', [3], [1, 2, 3]) });
 * console.log(profileTable(found).includes('Tanh')); // true
 * ```
 */
export function profileTable(profile: Profile, options: ProfileTableOptions = {}): string {
  const { top = 15 } = options;
  const { runs, runMs, kernelMs, nodes, scopes, operators } = profile;
  const line = ([ms, name, detail]: Row): string => {
    const share = kernelMs === 0 ? 0 : (100 * ms) / kernelMs;
    return `${ms.toFixed(3).padStart(10)} ms ${share.toFixed(1).padStart(5)} %  ${name}${detail}`;
  };
  const part = (title: string, rows: readonly Row[]): string[] => {
    const rest = rows.slice(top);
    const left = rest.length === 0 ? [] : [`${' '.repeat(22)}and ${rest.length} more`];
    return [title, ...rows.slice(0, top).map(line), ...left];
  };
  const count = (of: number): string => ` (${of} ${of === 1 ? 'node' : 'nodes'})`;
  return [
    `${runMs.toFixed(3)} ms a run, ${kernelMs.toFixed(3)} of them in ${nodes.length} kernels; mean of ${runs} runs`,
    ...part(
      'Operators',
      operators.map(({ name, ms, nodes: of }) => [ms, name, count(of)]),
    ),
    ...part(
      'Scopes, each with what lies in it',
      scopes
        .filter(({ name }) => name !== '')
        .map(({ name, ms, nodes: of }) => [ms, name, count(of)]),
    ),
    ...part(
      'Nodes',
      nodes.map(({ name, operator, ms }) => [
        ms,
        name,
        name.includes(operator) ? '' : ` (${operator})`,
      ]),
    ),
  ].join('\n');
}
