import { checkBetween, checkWhole, type Specs } from '@limbeck/core';
import {
  type Context,
  type Model,
  segmentPlanSpecs,
  type SegmentPlanTensors,
  segmentSum,
  sparseMatmul,
  specsOf,
  Tensor,
} from '@limbeck/tensor';
import { dropout } from '../dropout.js';
import { xavierUniform } from '../initialisers.js';
import type { LinearParameters } from '../linear.js';
import { fresh, freshShift, start } from '../weights/fresh.js';
import { sparseFeatureSpecs, type SparseFeatureTensors } from './sparse-features.js';

/** A graph with a feature vector a node; `neighbours` and `scale` come from `graphNeighbours`. */
export type GraphInputs = {
  /** Float32 `[nodes, width]`; with `sparse`, what `sparseFeatures` makes of a sparse matrix. */
  readonly features: Tensor | SparseFeatureTensors;
  /** Which nodes each node sums. */
  readonly neighbours: SegmentPlanTensors;
  /** Float32 `[nodes]`. */
  readonly scale: Tensor;
};

/** Options of {@link gcn}. */
export interface GcnOptions {
  /** How many features a node has. */
  readonly width: number;
  /** Width after each layer; the last one's are logits of classes, or embeddings. */
  readonly layers: readonly number[];
  /** The share dropped of every layer's input in training; of sparse features, of what is stored. @defaultValue 0 */
  readonly dropout?: number;
  /** Whether features come as a sparse matrix. @defaultValue false */
  readonly sparse?: boolean;
}

/** Parameters of {@link gcn}. */
export type GcnParameters = {
  /** One after another: `[in, out]` and a bias. */
  readonly layers: readonly LinearParameters[];
};

/** What {@link gcn} computes. */
export interface GcnOutputs {
  /** Of the last layer, `[nodes, width]`: logits, or embeddings. */
  readonly logits: Tensor;
  /** Of every layer before its ReLU, `[nodes, width]` each; the last is `logits`. */
  readonly layers: readonly Tensor[];
}

/** A {@link gcn} and the specs of its parameters. */
export interface Gcn extends Model<GraphInputs, GcnOutputs, GcnParameters> {
  /** The specs of the parameters, without making any. */
  readonly parameterSpecs: Specs<GcnParameters>;
}

/**
 * A graph convolution's sum over neighbours, `[nodes, width]` to the same:
 *
 * ```text
 * D^(−½) (A + I) D^(−½) x
 * ```
 *
 * @throws LimbeckError `shape-mismatch`
 * @see Kipf and Welling, "Semi-Supervised Classification with Graph Convolutional Networks", 2017, equation 2.
 * {@link https://arxiv.org/abs/1609.02907}
 */
export function propagate(x: Tensor, graph: Pick<GraphInputs, 'neighbours' | 'scale'>): Tensor {
  const scale = graph.scale.reshape([...graph.scale.shape, 1]);
  // An undirected graph is its own transpose, so one plan serves both passes.
  const plan = { ...graph.neighbours, transposed: graph.neighbours };
  return segmentSum(x.mul(scale), plan).mul(scale);
}

/**
 * Graph convolutions with ReLU between: h ← ReLU(Â (h W) + b), the last without ReLU.
 *
 * Taps: `layers/0`, `layers/1`, … (before the ReLU; the last is the output).
 *
 * @throws LimbeckError `invalid-option`
 * @see Kipf and Welling 2017, §3. {@link https://arxiv.org/abs/1609.02907}
 * @example
 * ```ts
 * import { countParameters, gcn } from '@limbeck/nn';
 *
 * // Cora: 1,433 words, 16 hidden units, 7 classes.
 * console.log(countParameters(gcn({ width: 1433, layers: [16, 7], dropout: 0.5 }).parameterSpecs)); // 23063
 * ```
 */
export function gcn(options: GcnOptions): Gcn {
  const { width, layers, dropout: rate = 0, sparse = false } = options;
  checkWhole(
    'gcn',
    { width, layers: layers.length },
    1,
    'Pass the width of features and of layers.',
  );
  for (const each of layers) checkWhole('gcn', { layers: each }, 1, 'Pass widths of layers.');
  checkBetween('gcn', { dropout: rate }, 0, 0.99, 'Use 0 for none, or a share such as 0.5.');
  const widths = [width, ...layers];
  const tree: Specs<GcnParameters> = {
    layers: layers.map((to, i) => ({
      weight: fresh([widths[i]!, to], xavierUniform),
      bias: freshShift(to),
    })),
  };
  return {
    config: { family: 'gcn', width, layers: [...layers], dropout: rate, sparse },
    parameterSpecs: specsOf<Specs<GcnParameters>>(tree),
    inputs: {
      features: sparse
        ? sparseFeatureSpecs('nodes', width)
        : { dtype: 'float32', shape: ['nodes', width] },
      neighbours: segmentPlanSpecs('neighbours', 'nodes'),
      scale: { dtype: 'float32', shape: ['nodes'] },
    },
    init: (rng) => ({ parameters: start<GcnParameters>(tree, rng), state: {} }),
    apply: ({ parameters, inputs, state, context }) => {
      const outputs: Tensor[] = [];
      let x: Tensor | SparseFeatureTensors = inputs.features;
      for (const [i, layer] of parameters.layers.entries()) {
        const convolved = context.block(`layers/${i}`, (inner) =>
          convolve(layer, x, inputs, inner, rate),
        );
        const y = context.tap(`layers/${i}`, convolved);
        outputs.push(y);
        x = y.relu();
      }
      return { outputs: { logits: outputs.at(-1)!, layers: outputs }, state };
    },
  };
}

function convolve(
  { weight, bias }: LinearParameters,
  x: Tensor | SparseFeatureTensors,
  graph: GraphInputs,
  context: Context,
  rate: number,
): Tensor {
  if (!(x instanceof Tensor)) {
    const values = dropout(context, x.values, { rate });
    return propagate(sparseMatmul(x.plan, values, weight), graph).add(bias);
  }
  const [from, to] = weight.shape as [number, number];
  const kept = dropout(context, x, { rate });
  // The sum is linear, so it runs over whichever side is narrower.
  if (to <= from) return propagate(kept.matmul(weight), graph).add(bias);
  return propagate(kept, graph).affine(weight, bias);
}
