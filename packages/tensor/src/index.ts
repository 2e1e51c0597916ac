export {
  adapt,
  type AdaptedModel,
  type AdaptedState,
  type Adapter,
  type Adapters,
  type AdaptOptions,
} from './adapt.js';
export { dropLayers, type LayerOptions, mapLayers, type MapLayersOptions } from './adapt-layers.js';
export {
  type Context,
  type ContextOptions,
  createContext,
  type Tapped,
  tapped,
} from './context.js';
export {
  addDims,
  evaluateDim,
  floorDivideDim,
  multiplyDims,
  sameDim,
  sameShape,
  showShape,
  subtractDims,
} from './dims.js';
export {
  concat,
  constant,
  dimension,
  full,
  input,
  iota,
  oneHot,
  scalar,
  stack,
  stopGradient,
  where,
} from './functions.js';
export { checkpoint } from './control/checkpoint.js';
export { cond } from './control/cond.js';
export { customVjp } from './control/custom-vjp.js';
export { scan, type ScanInputs, type ScanResults } from './control/scan.js';
export { einsum } from './einsum/einsum.js';
export { bindSpecs } from './graph/bind.js';
export {
  type Cost,
  cost,
  type CostOptions,
  flops,
  type Flops,
  parameterCounts,
  type ScopeCost,
} from './graph/cost.js';
export { draw, type DrawOptions } from './graph/draw.js';
export { grad } from './graph/grad.js';
export { interpret } from './graph/interpret.js';
export { forwardInputs, topologicalOrder } from './graph/order.js';
export {
  batchLoss,
  exampleLoss,
  type Items,
  type Logits,
  type Loss,
  type LossName,
  type LossTerm,
  type Per,
  reduceTerms,
  termSums,
  tokenLoss,
} from './loss.js';
export {
  type ApplyArguments,
  type Empty,
  inputsFor,
  type Model,
  partition,
  specsOf,
  type TensorTree,
} from './model.js';
export type {
  Emitter,
  GradientArguments,
  InnerInput,
  Node,
  OnnxAttribute,
  Operator,
  Value,
} from './operator.js';
export type { FoldAttributes, WindowAttributes } from './ops/conv1d.js';
export type { VjpArguments } from './ops/custom-vjp.js';
export type { Optimizer } from './optimizer.js';
export type { RandomStream } from './random.js';
export { inScope } from './scope.js';
export { type GemmOptions, type MatmulOptions, Tensor } from './tensor.js';
export type {
  AveragePoolOptions,
  BatchNormResult,
  ConvOptions,
  ConvTransposeOptions,
  InterpolateOptions,
  PerAxis,
  PoolOptions,
} from './tensor-windowed-options.js';
export type { AxisRule, ResizeCoordinates, ResizeRounding } from './ops/resize-coordinates.js';
export type { ResizeMatrixAttributes } from './ops/resize-matrix.js';
export type { BatchNormAttributes } from './ops/batch-norm.js';
export type { ConvGeometry } from './ops/conv.js';
export type { ConvTransposeGeometry } from './ops/conv-transpose.js';
export type { UnpoolAttributes } from './ops/max-pool.js';
export type { FoldGeometry } from './ops/unfold.js';
export type { WindowGeometry } from './ops/windows.js';
export type { CumsumOptions, Ordered, SortOptions, TopKOptions } from './tensor-ordered.js';
export type { NormOptions, ReduceOptions, VarianceOptions } from './tensor-reduced.js';
export type { SegmentPlan } from './segment/fill-buckets.js';
export type { SegmentIndices, SegmentSources } from './segment/check-segments.js';
export {
  segmentPlan,
  transposedSegmentPlan,
  type TransposedSegmentPlan,
} from './segment/segment-plan.js';
export {
  segmentPlanSpecs,
  type SegmentPlanSpecs,
  transposedSegmentPlanSpecs,
  type TransposedSegmentPlanSpecs,
} from './segment/segment-plan-specs.js';
export {
  gatherRows,
  segmentSum,
  type SegmentPlanTensors,
  type SegmentSumPlan,
  type TransposedSegmentPlanTensors,
} from './segment/segment-sum.js';
export {
  type EntrySegmentPlan,
  segmentMax,
  segmentMean,
  segmentSoftmax,
} from './segment/segment-reductions.js';
export { sparseMatmul, type SparsePlanTensors } from './segment/sparse-matmul.js';
export {
  type SparsePlan,
  sparsePlan,
  type SparsePlanSpecs,
  sparsePlanSpecs,
} from './segment/sparse-plan.js';
export { segmentSumReference } from './segment/segment-sum-reference.js';
export { type AdamUpdate, type AdamUpdated, adamUpdate } from './fused/adam-update.js';
export { type Composite, composite, type CompositeRule, isComposite } from './fused/composite.js';
export { type GradientNorm, gradientNorm } from './fused/gradient-norm.js';
export { movingAverage } from './fused/moving-average.js';
export { type RotaryEmbedding, rotaryEmbedding } from './fused/rotary-embedding.js';
export { scaled } from './fused/scaled.js';
export { type SgdUpdate, type SgdUpdated, sgdUpdate } from './fused/sgd-update.js';
export { allPasses, simplify } from './graph/simplify.js';
export { type GraphFacts, type Pass, rewrite, type Rule } from './graph/rewrite.js';
export { type SplitTail, splitTail, type SplitTailOptions } from './graph/split-tail.js';
export type { Tail, TailResult, TailSource, TailStep } from './graph/tail.js';
export {
  plainProgram,
  type PlainProgram,
  type PlainProgramOptions,
} from './plain/plain-program.js';
export { decodeModel, encodeModel } from './onnx/codec.js';
export { fromOnnx, type FromOnnxOptions, type OnnxImport } from './onnx/from-onnx.js';
export type { GraphFileOptions } from './onnx/graph-file.js';
export {
  modelFromOnnx,
  type ModelFromOnnxOptions,
  type NamedTensors,
  type OnnxModel,
} from './onnx/model-from-onnx.js';
export type { ExternalData } from './onnx/external-data.js';
export type { TensorFromProtoOptions } from './onnx/tensor-data.js';
export { type OnnxGraph, toOnnx, type ToOnnxOptions } from './onnx/to-onnx.js';
