import { LimbeckError } from '@limbeck/core';
import type { Edges } from './graph-data.js';

/**
 * The edges of a CSV file with the header `src,dst`.
 *
 * @throws LimbeckError `corrupt-file` for another header, or an edge that is not of two nodes, lower first, in order
 */
export function parseEdges(text: string, nodes: number): Edges {
  const rows = parsePairs(text, 'src,dst', 'parseEdges');
  const sources = Int32Array.from(rows, ([source]) => source);
  const targets = Int32Array.from(rows, ([, target]) => target);
  sources.forEach((source, i) => {
    const before = i === 0 ? -1 : sources[i - 1]! * nodes + targets[i - 1]!;
    const fits = source < targets[i]! && targets[i]! < nodes;
    if (fits && source * nodes + targets[i]! > before) return;
    throw corrupt('parseEdges', `the edge ${source},${targets[i]} on line ${i + 2}`);
  });
  return { sources, targets };
}

/**
 * The labels of a CSV file with the header `node,label`.
 *
 * @returns `[nodes]`
 * @throws LimbeckError `corrupt-file` unless every node has one label below `classes`
 */
export function parseNodeLabels(text: string, nodes: number, classes: number): Int32Array {
  const rows = parsePairs(text, 'node,label', 'parseNodeLabels');
  const labels = new Int32Array(nodes).fill(-1);
  for (const [i, [node, label]] of rows.entries()) {
    if (node >= nodes || label >= classes || labels[node] !== -1) {
      throw corrupt('parseNodeLabels', `${node},${label} on line ${i + 2}`);
    }
    labels[node] = label;
  }
  const without = labels.indexOf(-1);
  if (without !== -1) throw corrupt('parseNodeLabels', `no label for node ${without}`);
  return labels;
}

function parsePairs(text: string, header: string, where: string): [number, number][] {
  const lines = text.split('\n');
  if (lines[0] !== header) throw corrupt(where, `the header "${lines[0]?.slice(0, 40)}"`);
  if (lines.at(-1) === '') lines.pop();
  return lines.slice(1).map((line, i) => {
    const parts = /^(\d{1,9}),(\d{1,9})$/.exec(line);
    if (parts === null) throw corrupt(where, `"${line.slice(0, 40)}" on line ${i + 2}`);
    return [Number(parts[1]), Number(parts[2])];
  });
}

function corrupt(where: string, given: string): LimbeckError {
  return new LimbeckError('corrupt-file', {
    where,
    given,
    expected: 'lines of two whole numbers in range under the header',
    next: 'Fetch the file again.',
  });
}
