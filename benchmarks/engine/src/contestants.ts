import type { Role } from '@limbeck/evaluators';
import type { SystemOptions } from './protocol.js';
import { adamw, type Lookup, normEpsilon, type Sizes } from './sizes.js';
import { type Command, nodeCommand, torchCommand } from './remote-system.js';

/** One system in one form. */
export interface Contestant {
  readonly name: string;
  readonly role: Role;
  readonly lookup: Lookup;
  readonly command: Command;
}

/** What all contestants share. */
export interface Setting {
  readonly sizes: Sizes;
  readonly threads: number;
  readonly clip?: number | undefined;
  /** Conditions under which packages are resolved, such as `@limbeck/source`. */
  readonly conditions: readonly string[];
  /** The JSON file of weights and batches for what does not run on Node. */
  readonly startFile: string;
}

/** The names that comparisons use. */
export const names = {
  limbeck: 'Limbeck',
  limbeckOneHot: 'Limbeck, one-hot',
  tfjs: 'tfjs',
  jaxJs: 'jax-js',
  torch: 'PyTorch',
  products: 'products alone',
} as const;

/**
 * Everything that is measured. tfjs cannot differentiate a gather on its WASM backend, so it meets Limbeck with the
 * embedding as a one-hot product on both sides; the others find rows by index.
 */
export function contestants(setting: Setting): readonly Contestant[] {
  const { sizes, threads, clip, conditions, startFile } = setting;
  const onNode = (
    name: string,
    role: Role,
    system: SystemOptions['system'],
    lookup: Lookup,
  ): Contestant => {
    const options: SystemOptions = { system, sizes, lookup, clip, threads };
    return { name, role, lookup, command: nodeCommand(options, conditions) };
  };
  const torch = torchCommand({
    sizes,
    threads,
    clip,
    lookup: 'gather',
    adamw,
    normEpsilon,
    startFile,
  });
  return [
    onNode(names.limbeck, 'method', 'limbeck', 'gather'),
    onNode(names.limbeckOneHot, 'method', 'limbeck', 'one-hot'),
    onNode(names.products, 'reference', 'products', 'gather'),
    onNode(names.jaxJs, 'peer', 'jax-js', 'gather'),
    onNode(names.tfjs, 'peer', 'tfjs', 'one-hot'),
    ...(torch === undefined
      ? []
      : [{ name: names.torch, role: 'peer', lookup: 'gather', command: torch } as const]),
  ];
}
