import { type AdditiveMetric, meanMetric } from '../additive-metric.js';
import { checkPaired } from '../predictions.js';

/** An edge: subject, relation, object. */
export type Edge = readonly [subject: string, relation: string, object: string];

/** What was retrieved for a question. */
export interface Subgraph {
  /** Its edges; one that is listed twice counts once. */
  readonly edges: readonly Edge[];
  /** Nodes without an edge. @defaultValue none */
  readonly nodes?: readonly string[];
}

/** What a question needs. */
export interface SubgraphGold {
  /** Nodes that answer it. */
  readonly answers: readonly string[];
  /** Paths of edges that lead there; one is enough. */
  readonly paths: readonly (readonly Edge[])[];
}

/**
 * The share of questions with a node in the subgraph that answers them, in `[0, 1]`.
 *
 * @throws LimbeckError, from `rows`: `shape-mismatch`, `empty-data`
 */
export function answerCoverage(): AdditiveMetric<readonly Subgraph[], readonly SubgraphGold[]> {
  return subgraphMetric('answerCoverage', true, (subgraph, { answers }) => {
    const nodes = nodesOf(subgraph);
    return answers.some((answer) => nodes.has(answer)) ? 1 : 0;
  });
}

/** The share of questions with every edge of some path in the subgraph, in `[0, 1]`. @throws LimbeckError as {@link answerCoverage} */
export function pathRecall(): AdditiveMetric<readonly Subgraph[], readonly SubgraphGold[]> {
  return subgraphMetric('pathRecall', true, ({ edges }, { paths }) => {
    const held = keysOf(edges);
    const whole = (path: readonly Edge[]): boolean => [...keysOf(path)].every((e) => held.has(e));
    return paths.some((path) => path.length > 0 && whole(path)) ? 1 : 0;
  });
}

/**
 * The share of a subgraph's edges that lie on some path, in `[0, 1]`, mean over questions; 0 for a subgraph without edges. A larger
 * subgraph covers more and is less precise, so report {@link subgraphSize} beside it.
 *
 * @throws LimbeckError as {@link answerCoverage}
 */
export function subgraphPrecision(): AdditiveMetric<readonly Subgraph[], readonly SubgraphGold[]> {
  return subgraphMetric('subgraphPrecision', true, ({ edges }, { paths }) => {
    const held = keysOf(edges);
    const wanted = keysOf(paths.flat());
    const common = [...held].filter((edge) => wanted.has(edge)).length;
    return held.size === 0 ? 0 : common / held.size;
  });
}

/** How many edges a subgraph has, mean over questions. @throws LimbeckError as {@link answerCoverage} */
export function subgraphSize(): AdditiveMetric<readonly Subgraph[], readonly SubgraphGold[]> {
  return subgraphMetric('subgraphSize', false, ({ edges }) => keysOf(edges).size);
}

function subgraphMetric(
  name: string,
  higherIsBetter: boolean,
  ofQuestion: (subgraph: Subgraph, gold: SubgraphGold) => number,
): AdditiveMetric<readonly Subgraph[], readonly SubgraphGold[]> {
  return meanMetric(name, higherIsBetter, (subgraphs, golds) => {
    checkPaired(name, subgraphs.length, golds.length);
    return Float64Array.from(subgraphs, (subgraph, i) => ofQuestion(subgraph, golds[i]!));
  });
}

function keysOf(edges: readonly Edge[]): Set<string> {
  return new Set(edges.map((edge) => JSON.stringify(edge)));
}

function nodesOf({ edges, nodes = [] }: Subgraph): Set<string> {
  return new Set([...nodes, ...edges.flatMap(([subject, , object]) => [subject, object])]);
}
