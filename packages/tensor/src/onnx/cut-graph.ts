import { LimbeckError } from '@limbeck/core';
import type { NodeProto } from './gen/onnx_pb.js';
import type { GraphFile } from './graph-file.js';
import { readBy } from './node-order.js';

/** A part of a graph. */
export interface CutGraph {
  /** The graph with the nodes alone that the values need. */
  readonly file: GraphFile;
  /** The values, by the file's names, in the order that they were asked for. */
  readonly values: readonly string[];
  /** The inputs that they need. */
  readonly inputs: ReadonlySet<string>;
}

/**
 * What the given taps, outputs and values need of a graph: heads that nobody asks for have no parameters.
 * @throws LimbeckError `unknown-name` for a name that is neither a tap nor a value
 */
export function cutGraph(file: GraphFile, wanted: readonly string[]): CutGraph {
  const makers = new Map<string, NodeProto>();
  const taps = new Map<string, string>();
  for (const [node, path] of file.paths) {
    node.output.forEach((name, i) => {
      if (name === '') return;
      makers.set(name, node);
      taps.set(i === 0 ? path : `${path}:${i}`, name);
    });
  }
  const isValue = (name: string): boolean =>
    makers.has(name) || file.inputs.has(name) || file.initialisers.has(name);
  const values = wanted.map((name) => {
    const value = taps.get(name) ?? name;
    return isValue(value) ? value : refuse(name, [...taps.keys()]);
  });
  const needed = new Set<NodeProto>();
  const inputs = new Set<string>();
  const open = [...values];
  for (let name = open.pop(); name !== undefined; name = open.pop()) {
    if (file.inputs.has(name)) inputs.add(name);
    const maker = makers.get(name);
    if (maker === undefined || needed.has(maker)) continue;
    needed.add(maker);
    open.push(...readBy(maker));
  }
  return {
    file: { ...file, order: file.order.filter((node) => needed.has(node)) },
    values,
    inputs,
  };
}

function refuse(name: string, taps: readonly string[]): never {
  throw new LimbeckError('unknown-name', {
    where: 'modelFromOnnx, outputs',
    given: `the tap "${name}"`,
    expected: `one of ${taps.join(', ') || 'no taps: the graph has no nodes'}`,
    next: 'Use the path of a node, or the name of a value in the file.',
  });
}
