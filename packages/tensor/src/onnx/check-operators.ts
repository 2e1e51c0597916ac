import { LimbeckError } from '@limbeck/core';
import type { GraphProto, ModelProto, NodeProto } from './gen/onnx_pb.js';
import { readers } from './readers/all-readers.js';

/** From this version on, operators mean what the readers take them to mean. */
const oldestOpset = 7;

/** The name that readers have for an operator: those outside the standard have their domain in front. */
export function operatorKey({ domain, opType }: NodeProto): string {
  return domain === '' || domain === 'ai.onnx' ? opType : `${domain}.${opType}`;
}

/** The version of the standard operators that a file was written for. */
export function opsetOf(model: ModelProto): number {
  const opset = model.opsetImport.find(({ domain }) => domain === '' || domain === 'ai.onnx');
  return Number(opset?.version ?? 13);
}

/** Counts operators without a reader, also in the graphs that nodes hold. */
function countUnknown(graph: GraphProto, unknown: Map<string, number>): void {
  for (const node of graph.node) {
    const key = operatorKey(node);
    if (!readers.has(key)) unknown.set(key, (unknown.get(key) ?? 0) + 1);
    for (const { g: inner } of node.attribute) if (inner) countUnknown(inner, unknown);
  }
}

/** @throws LimbeckError `unknown-operator` that lists all operators without a reader and how often each occurs */
export function checkOperators(model: ModelProto): void {
  const unknown = new Map<string, number>();
  countUnknown(model.graph!, unknown);
  const version = opsetOf(model);
  if (unknown.size === 0 && version >= oldestOpset) return;
  const list = [...unknown].sort(([a], [b]) => (a < b ? -1 : 1));
  throw new LimbeckError('unknown-operator', {
    where: 'fromOnnx',
    given:
      unknown.size === 0
        ? `operators of opset ${version}`
        : list.map(([name, count]) => `${name} (${count})`).join(', '),
    expected: `operators of opset ${oldestOpset} or later among ${[...readers.keys()].sort().join(', ')}`,
    next: 'Cut that part of the graph away, or export the model with other operators.',
  });
}
