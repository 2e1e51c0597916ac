import type { SparseRows } from './sparse-rows.js';

/** Undirected edges, each once with its lower end first. */
export interface Edges {
  /** Lower ends, `[edges]`. */
  readonly sources: Int32Array;
  /** Higher ends, `[edges]`. */
  readonly targets: Int32Array;
}

/** Which nodes a classifier learns from, is chosen by and is measured on. */
export interface NodeSplit {
  /** How it was made; `planetoid-public` is the published one. */
  readonly kind: string;
  /** Node numbers. */
  readonly train: Int32Array;
  /** Node numbers. */
  readonly validation: Int32Array;
  /** Node numbers. */
  readonly test: Int32Array;
}

/** The edges to forget in an unlearning experiment, by numbers of edges; null where the pool is too small. */
export interface ForgetSet {
  /** From the training edges near the test edges. */
  readonly in: Int32Array | null;
  /** From the other training edges. */
  readonly out: Int32Array | null;
}

/** One fixed split of edges for link prediction. */
export interface LinkSplit {
  /** The seed that it was drawn with. */
  readonly seed: number;
  /** Numbers of edges to be predicted at the end. */
  readonly test: Int32Array;
  /** Numbers of edges to choose by. */
  readonly validation: Int32Array;
  /** Numbers of all other edges. */
  readonly train: Int32Array;
  /** As many pairs that are no edges. */
  readonly testNegatives: Edges;
  /** Likewise. */
  readonly validationNegatives: Edges;
  /** By the share of training edges to forget, in per cent: `0.5`, `2.5` and `5.0`. */
  readonly forget: { readonly [percent: string]: ForgetSet };
}

/** An attributed graph. */
export interface GraphData {
  /** What it is called, such as `cora`. */
  readonly name: string;
  /** How many nodes there are. */
  readonly nodes: number;
  /** Its edges, sorted; an edge's number is its place here. */
  readonly edges: Edges;
  /** One row a node; undefined where the set comes without. */
  readonly features: SparseRows | undefined;
  /** The class of each node, `[nodes]`, below `classes`. */
  readonly labels: Int32Array;
  /** How many classes there are. */
  readonly classes: number;
  /** The split for classifying nodes. */
  readonly split: NodeSplit;
}
