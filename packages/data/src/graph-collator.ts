import {
  allocate,
  checkWhole,
  type Collator,
  hostTensor,
  LimbeckError,
  type Spec,
} from '@limbeck/core';
import { checkFinite, checkNotEmpty } from './checks.js';
import { integerTensor } from './integer-tensor.js';

/** A small graph: a molecule, a parse, a conversation. */
export interface SmallGraph {
  /** How many nodes there are. */
  readonly nodes: number;
  /** A vector a node, row-major `[nodes, width]`. */
  readonly features: ArrayLike<number>;
  /** Where each edge starts; an undirected edge is listed both ways. */
  readonly sources: ArrayLike<number>;
  /** Where it ends. */
  readonly targets: ArrayLike<number>;
}

/** What {@link graphCollator} makes: one graph whose parts are not connected. */
export type GraphBatch = {
  /** Float32 `[nodes, width]`, graph after graph. */
  readonly features: Spec;
  /** Int64 `[edges]`; nodes are counted through the batch. */
  readonly sources: Spec;
  /** Int64 `[edges]`. */
  readonly targets: Spec;
  /** Which graph a node belongs to, int64 `[nodes]`, ascending: what a pooling sums over. */
  readonly graphs: Spec;
  /** How many nodes each graph has, int64 `[batch]`. */
  readonly sizes: Spec;
};

/** Options of {@link graphCollator}. */
export interface GraphOptions<Row> {
  /** The row's graph. */
  readonly graph: (row: Row) => SmallGraph;
  /** How long every node's vector is. */
  readonly width: number;
}

/**
 * Graphs as one: nodes and edges side by side, with the number of its graph for every node. Nothing is padded.
 *
 * @throws LimbeckError `invalid-option`; from `collate` `empty-data` without rows or for a graph without nodes,
 * `shape-mismatch` for features or edges of other lengths, `invalid-data` for an edge to a node that there is not,
 * `non-finite-data` for features that are not finite, each naming the row
 */
export function graphCollator<Row>(options: GraphOptions<Row>): Collator<Row, GraphBatch> {
  const { graph, width } = options;
  const where = 'graphCollator';
  checkWhole(where, { width }, 1, 'Give each node at least one number.');
  return {
    specs: {
      features: { dtype: 'float32', shape: ['nodes', width] },
      sources: { dtype: 'int64', shape: ['edges'] },
      targets: { dtype: 'int64', shape: ['edges'] },
      graphs: { dtype: 'int64', shape: ['nodes'] },
      sizes: { dtype: 'int64', shape: ['batch'] },
    },
    collate(rows) {
      checkNotEmpty(where, rows);
      const all = rows.map((row, i) => checked(graph(row), width, i));
      const nodes = all.reduce((sum, its) => sum + its.nodes, 0);
      const edges = all.reduce((sum, its) => sum + its.sources.length, 0);
      const features = allocate('float32', nodes * width);
      const [sources, targets] = [new Int32Array(edges), new Int32Array(edges)];
      const graphs = new Int32Array(nodes);
      let node = 0;
      let edge = 0;
      all.forEach((its, i) => {
        features.set(its.features, node * width);
        graphs.fill(i, node, node + its.nodes);
        for (let at = 0; at < its.sources.length; at++, edge++) {
          sources[edge] = its.sources[at]! + node;
          targets[edge] = its.targets[at]! + node;
        }
        node += its.nodes;
      });
      return {
        features: hostTensor('float32', [nodes, width], features),
        sources: integerTensor('int64', [edges], sources),
        targets: integerTensor('int64', [edges], targets),
        graphs: integerTensor('int64', [nodes], graphs),
        sizes: integerTensor(
          'int64',
          [rows.length],
          Int32Array.from(all, (its) => its.nodes),
        ),
      };
    },
  };
}

function checked(graph: SmallGraph, width: number, row: number): SmallGraph {
  const where = `graphCollator, row ${row} of the batch`;
  const { nodes, features, sources, targets } = graph;
  checkWhole(where, { nodes }, 0, 'Count the rows of its features.');
  checkNotEmpty(where, { length: nodes });
  if (features.length !== nodes * width || sources.length !== targets.length) {
    throw new LimbeckError('shape-mismatch', {
      where,
      given: `${features.length} features, ${sources.length} sources and ${targets.length} targets`,
      expected: `${nodes} x ${width} features, and a target for every source`,
      next: 'Correct the width, or how the graph was read.',
    });
  }
  checkFinite(where, features, 'features');
  for (const ends of [sources, targets]) {
    for (let at = 0; at < ends.length; at++) {
      const end = ends[at]!;
      if (Number.isInteger(end) && end >= 0 && end < nodes) continue;
      throw new LimbeckError('invalid-data', {
        where,
        given: `an end ${end} of edge ${at}`,
        expected: `a node from 0 to ${nodes - 1}`,
        next: 'Count nodes from 0 in every graph; the batch shifts them.',
      });
    }
  }
  return graph;
}
