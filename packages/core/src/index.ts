export { checkHostTensor } from './check-host-tensor.js';
export { checkBetween, checkPositive, checkWhole } from './checks.js';
export type {
  Answer,
  BatchSource,
  Collator,
  ContentHash,
  Cost,
  Fed,
  Item,
  LabelOptions,
  Learner,
  Metric,
  Provenance,
  Rows,
  SignalSpecs,
  SignalStore,
  Step,
  StepContext,
  Teacher,
  WorkQueue,
} from './contracts.js';
export { type ErrorCode, type ErrorDetails, isLimbeckError, LimbeckError } from './errors.js';
export { event, type Event, type EventSink, type Logger, type LongWork } from './events.js';
export { canonicalJson, type Json, type JsonObject } from './json.js';
export { Rng, type RngState } from './rng.js';
export { readSafetensors, type Safetensors } from './safetensors/read-safetensors.js';
export { writeSafetensors, type WriteSafetensorsOptions } from './safetensors/write-safetensors.js';
export {
  allocate,
  type Dim,
  type DType,
  hostTensor,
  type HostTensor,
  type HostTree,
  type HostTreeList,
  isLeaf,
  leaves,
  mapTree,
  sizeOf,
  type Spec,
  type Specs,
  type SpecsList,
  type TensorData,
  type Tree,
  type TypedArrays,
} from './tree.js';
